# Tests of the real programs, in Python's standard library: every *_test.py is one test, named e2e_<its name>.
find_package(Python3 REQUIRED COMPONENTS Interpreter)
file(GLOB e2e_tests CONFIGURE_DEPENDS ${CMAKE_CURRENT_SOURCE_DIR}/e2e/*_test.py)
foreach(script ${e2e_tests})
  get_filename_component(name ${script} NAME_WE)
  string(REGEX REPLACE "_test$" "" name ${name})
  add_test(NAME e2e_${name} COMMAND ${Python3_EXECUTABLE} ${script})
  set_tests_properties(e2e_${name} PROPERTIES SKIP_REGULAR_EXPRESSION "skipped: " # discord_peers.py and browser_process.py say why
    ENVIRONMENT "CLAW_BIN=${CMAKE_RUNTIME_OUTPUT_DIRECTORY};PYTHONDONTWRITEBYTECODE=1")
endforeach()
add_executable(sleeping-program ${CMAKE_CURRENT_SOURCE_DIR}/e2e/sleeping_program.cpp)
