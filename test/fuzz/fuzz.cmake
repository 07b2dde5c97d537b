# One libFuzzer program a *_fuzz.cpp; each is also a short test. Longer: build/fuzz/bin/fuzz_NAME -max_total_time=600
# The code under test must tell the fuzzer where it has been.
foreach(layer claw_domain claw_llm claw_net claw_storage)
  target_compile_options(${layer} PRIVATE -fsanitize=fuzzer-no-link)
endforeach()

add_custom_target(fuzzers) # and no actors: what preset fuzz builds
file(GLOB fuzzers CONFIGURE_DEPENDS ${CMAKE_CURRENT_LIST_DIR}/*_fuzz.cpp)
foreach(source ${fuzzers})
  get_filename_component(stem ${source} NAME_WE)
  string(REGEX REPLACE "_fuzz$" "" stem ${stem})
  add_executable(fuzz_${stem} ${source})
  add_dependencies(fuzzers fuzz_${stem})
  target_link_libraries(fuzz_${stem} PRIVATE claw_llm claw_net claw_storage)
  target_compile_options(fuzz_${stem} PRIVATE -fsanitize=fuzzer)
  target_link_options(fuzz_${stem} PRIVATE -fsanitize=fuzzer)
  add_test(NAME fuzz_${stem} COMMAND fuzz_${stem} -max_total_time=10 -max_len=65536 -timeout=10)
endforeach()
