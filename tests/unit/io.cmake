# src/tls and src/io, on real sockets of the loopback.
add_library(io_pair STATIC io_pair.c)
hyco_compile_options(io_pair)
target_include_directories(io_pair PUBLIC ${PROJECT_SOURCE_DIR}/tests)
target_link_libraries(io_pair PUBLIC hyco_internal PkgConfig::CMOCKA)

foreach(name io_stream)
  hyco_unit_test(${name})
  target_link_libraries(${name}_test PRIVATE io_pair)
endforeach()
