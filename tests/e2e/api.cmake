# The public interface against a relay in the same process.
# hyco_api_test(subject SOURCE...)
function(hyco_api_test name)
  add_executable(api_${name}_test api_${name}_test.c ${ARGN})
  hyco_compile_options(api_${name}_test)
  target_link_libraries(api_${name}_test PRIVATE hyco_test_support
    PkgConfig::CMOCKA)
  add_test(NAME api_${name} COMMAND api_${name}_test)
endfunction()

foreach(name connect loop run sender_run send send_file formats token errors tls trust
    request_way)
  hyco_api_test(${name} api_world.c)
endforeach()

hyco_api_test(arguments)
hyco_trap_allocations(api_arguments_test)

hyco_api_test(http api_http_world.c)
hyco_api_test(http_stream api_http_world.c)
hyco_trap_allocations(api_http_stream_test)

hyco_api_test(request)
hyco_trap_allocations(api_request_test)

hyco_api_test(tcp api_world.c)
target_link_options(api_tcp_test PRIVATE -Wl,--wrap=hc_io_stream_attach)
