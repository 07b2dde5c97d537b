# What every target of the tree shares: language, warnings, hardening, output folders, and the two functions
# that declare a layer and a program. A layer compiles every .cpp of its folder: a new file needs no edit here.
include_guard()

set(CMAKE_CXX_STANDARD 20)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_POSITION_INDEPENDENT_CODE ON)
set(CMAKE_RUNTIME_OUTPUT_DIRECTORY ${PROJECT_BINARY_DIR}/bin)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)

# Off for people who only build: another compiler may know other warnings. The presets that develop switch it on.
option(CLAW_WERROR "Treat warnings as errors" OFF)
set(CLAW_SANITIZE "" CACHE STRING "Sanitizers to build with, e.g. address,undefined")

# A layer is compiled eight files at a time: a third of the processor time. Off for tools that look at single files.
option(CLAW_UNITY "Compile the files of a layer in batches" ON)

find_program(CCACHE_PROGRAM ccache)
if(CCACHE_PROGRAM)
  # The sloppiness that precompiled headers need (ccache manual, "Precompiled headers").
  set(CMAKE_CXX_COMPILER_LAUNCHER ${CMAKE_COMMAND} -E env
      CCACHE_SLOPPINESS=pch_defines,time_macros,include_file_mtime,include_file_ctime ${CCACHE_PROGRAM})
endif()

add_library(claw_flags INTERFACE)
target_include_directories(claw_flags INTERFACE ${PROJECT_SOURCE_DIR})
target_compile_definitions(claw_flags INTERFACE CLAW_VERSION="${PROJECT_VERSION}")
target_compile_options(claw_flags INTERFACE
  -Wall -Wextra -Wpedantic -Wconversion -Wswitch-enum -Wnon-virtual-dtor
  $<$<BOOL:${CLAW_WERROR}>:-Werror>
  # A batch of files has the private names of all of them; clang, which sees single files, is asked for all shadows.
  $<IF:$<CXX_COMPILER_ID:GNU>,-Wshadow=local,-Wshadow>
  # GCC 12 sees uninitialized members in every inlined move of a std::variant (GCC bug 80635 and its kin).
  $<$<CXX_COMPILER_ID:GNU>:-fpch-preprocess;-Wno-maybe-uninitialized>
  -fstack-protector-strong
  $<$<CONFIG:Release>:-D_FORTIFY_SOURCE=2>)
target_link_options(claw_flags INTERFACE LINKER:-z,relro,-z,now)
if(CLAW_SANITIZE)
  # null: two CAF 0.17 headers form references from null pointers on purpose. vptr: the check opens a pipe to learn
  # whether an address can be read; where a test has used up all descriptors, sound objects look wrong to it.
  target_compile_options(claw_flags INTERFACE -fsanitize=${CLAW_SANITIZE} -fno-sanitize=null,vptr
    -fno-omit-frame-pointer -fno-sanitize-recover=all)
  target_link_options(claw_flags INTERFACE -fsanitize=${CLAW_SANITIZE})
  if(CLAW_SANITIZE MATCHES thread)
    # Asio uses fences, which the sanitizer does not see; GCC says so wherever it meets one.
    target_compile_options(claw_flags INTERFACE $<$<CXX_COMPILER_ID:GNU>:-Wno-tsan>)
  endif()
  if(NOT CLAW_FUZZERS) # a fuzzer tells it all on its terminal
    file(MAKE_DIRECTORY ${PROJECT_BINARY_DIR}/reports)
    add_library(claw_sanitizer_options OBJECT ${PROJECT_SOURCE_DIR}/test/support/sanitizer_options.cpp)
    target_compile_definitions(claw_sanitizer_options PRIVATE CLAW_REPORTS="${PROJECT_BINARY_DIR}/reports")
    target_link_libraries(claw_flags INTERFACE $<TARGET_OBJECTS:claw_sanitizer_options>)
  endif()
endif()

# claw_layer(NAME [SINGLY] [FOLDERS f...] LINK lib... [PCH header...])
# A static library of all .cpp files of the folders (default: the current one; not their subfolders).
# SINGLY: without batches, for a layer of two that have functions of one name.
function(claw_layer name)
  cmake_parse_arguments(A "SINGLY" "" "FOLDERS;LINK;PCH" ${ARGN})
  if(NOT A_FOLDERS)
    set(A_FOLDERS .)
  endif()
  set(sources "")
  foreach(folder ${A_FOLDERS})
    file(GLOB found CONFIGURE_DEPENDS ${CMAKE_CURRENT_SOURCE_DIR}/${folder}/*.cpp)
    list(APPEND sources ${found})
  endforeach()
  list(FILTER sources EXCLUDE REGEX "_main[.]cpp$") # belongs to a program
  if(sources)
    add_library(${name} STATIC ${sources})
    target_link_libraries(${name} PUBLIC claw_flags ${A_LINK})
    if(CLAW_UNITY AND NOT A_SINGLY)
      set_target_properties(${name} PROPERTIES UNITY_BUILD ON UNITY_BUILD_BATCH_SIZE 8)
    endif()
    if(A_PCH)
      target_precompile_headers(${name} PRIVATE ${A_PCH})
    endif()
  else()
    add_library(${name} INTERFACE)
    target_link_libraries(${name} INTERFACE claw_flags ${A_LINK})
  endif()
endfunction()

# claw_program(NAME MAIN LINK lib... [PCH header...])
# The executable NAME in <build>/bin, made of one main file on top of a layer.
function(claw_program name main)
  cmake_parse_arguments(A "" "" "LINK;PCH" ${ARGN})
  if(NOT EXISTS ${CMAKE_CURRENT_SOURCE_DIR}/${main})
    return()
  endif()
  add_executable(${name} ${main})
  target_link_libraries(${name} PRIVATE claw_flags ${A_LINK})
  if(A_PCH)
    target_precompile_headers(${name} PRIVATE ${A_PCH})
  endif()
endfunction()
