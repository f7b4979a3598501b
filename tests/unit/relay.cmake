# The relay on the simulated net, spoken to in raw bytes.
add_library(hyco_relay_support STATIC
  ${PROJECT_SOURCE_DIR}/tests/support/raw_peer.c
  ${PROJECT_SOURCE_DIR}/tests/support/relay_http.c
  ${PROJECT_SOURCE_DIR}/tests/support/relay_world.c)
hyco_compile_options(hyco_relay_support)
target_link_libraries(hyco_relay_support
  PUBLIC hyco_test_support hyco_sim PkgConfig::CMOCKA)

foreach(part authorize choice config connect data events handshake
    http_answer http_channel http_held http_memory http_request http_time listen memory
    options pair recode registry reload rendezvous settings setup spaces stop)
  hyco_unit_test(relay_${part})
  target_link_libraries(relay_${part}_test PRIVATE hyco_relay_support)
endforeach()

foreach(function alloc alloc_zero strdup strndup)
  target_link_options(relay_memory_test PRIVATE -Wl,--wrap=hc_${function})
endforeach()

target_compile_definitions(relay_config_test PRIVATE
  EXAMPLES="${PROJECT_SOURCE_DIR}/examples")
hyco_trap_allocations(relay_http_memory_test)
