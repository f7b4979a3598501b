# src/tls and src/io, on real sockets of the loopback.
add_library(hyco_test_net STATIC io_call.c io_pair.c tls_files.c tls_joined.c)
hyco_compile_options(hyco_test_net)
target_link_libraries(hyco_test_net PUBLIC hyco_test_support PkgConfig::CMOCKA)

foreach(name crypto tls_authority tls_negotiated tls_options tls_session tls_trust io_loop io_stream io_close io_narrow io_alike io_dial io_http io_http_early io_http_flow io_http_memory io_listen io_storm
        io_tcp io_unacked io_memory)
  hyco_unit_test(${name})
  target_link_libraries(${name}_test PRIVATE hyco_test_net)
endforeach()
target_link_options(io_loop_test PRIVATE -Wl,--wrap=uv_timer_start)
hyco_trap_allocations(io_http_memory_test)
hyco_trap_allocations(io_memory_test)
