# WebSocket rules as client: real roles against a service in raw bytes.
add_library(hyco_sim_service STATIC sim_service.c)
hyco_compile_options(hyco_sim_service)
target_link_libraries(hyco_sim_service PUBLIC hyco_sim_world hyco_relay_support)

foreach(name close frames handshake text)
  hyco_sim_test(sim_rules_${name})
  target_link_libraries(sim_rules_${name}_test PRIVATE hyco_sim_service)
endforeach()
