# claw_embed(TARGET FOLDER HEADER FUNCTION): builds every file of the folder into the target. The header declares FUNCTION
# (in the namespace claw), which gives them as a span of `claw::embedded_file`, and that type.
#
# As a script (cmake -P), with HEADER, FUNCTION, FOLDER and OUT: writes the source that defines the function.
if(NOT CMAKE_SCRIPT_MODE_FILE)
  function(claw_embed target folder header function)
    set(source ${CMAKE_CURRENT_SOURCE_DIR}/${folder})
    set(out ${CMAKE_CURRENT_BINARY_DIR}/${folder}_files.cpp)
    file(GLOB files CONFIGURE_DEPENDS ${source}/*)
    add_custom_command(OUTPUT ${out} DEPENDS ${files} ${CMAKE_CURRENT_FUNCTION_LIST_FILE} VERBATIM
      COMMAND ${CMAKE_COMMAND} -DHEADER=${header} -DFUNCTION=${function} -DFOLDER=${source} -DOUT=${out}
              -P ${CMAKE_CURRENT_FUNCTION_LIST_FILE})
    target_sources(${target} PRIVATE ${out})
    set_source_files_properties(${out} PROPERTIES SKIP_PRECOMPILE_HEADERS ON)
  endfunction()
  return()
endif()

file(GLOB files ${FOLDER}/*)
set(rows "")
foreach(path ${files})
  get_filename_component(name ${path} NAME)
  file(READ ${path} text)
  string(FIND "${text}" ")embedded\"" inner_end)
  if(NOT inner_end EQUAL -1)
    message(FATAL_ERROR "${path} holds the mark that ends an embedded file")
  endif()
  string(APPEND rows "    embedded_file{\"${name}\", R\"embedded(${text})embedded\"},\n")
endforeach()
file(WRITE ${OUT} "// Made by deploy/cmake/embed_files.cmake from the files of ${FOLDER}.
#include \"${HEADER}\"

#include <array>

namespace claw {

std::span<const embedded_file> ${FUNCTION}() {
  static constexpr std::array files = {
${rows}  };
  return files;
}

} // namespace claw
")
