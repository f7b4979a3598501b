# Parts of the command that no relay is needed for; the tests play the library.
function(hyco_command_test name)
  add_executable(${name}_test ${name}_test.c ${ARGN})
  hyco_compile_options(${name}_test)
  target_include_directories(${name}_test PRIVATE
    ${PROJECT_SOURCE_DIR}/include ${PROJECT_SOURCE_DIR}/cli
    ${PROJECT_SOURCE_DIR}/tests ${PROJECT_SOURCE_DIR}/src)
  target_link_libraries(${name}_test PRIVATE PkgConfig::CMOCKA)
  add_test(NAME unit_${name} COMMAND ${name}_test)
endfunction()

set(cli ${PROJECT_SOURCE_DIR}/cli)
hyco_command_test(command_echo ${cli}/echo.c ${cli}/bytes.c)
hyco_command_test(command_streams ${cli}/input.c ${cli}/output.c ${cli}/bytes.c)
hyco_command_test(command_peers ${cli}/peer.c ${cli}/bytes.c)
hyco_command_test(command_proxy ${cli}/proxy.c)
hyco_command_test(command_responder ${cli}/responder.c ${cli}/peer.c ${cli}/bytes.c)
