# The real receiver, sender and relay on one simulated net.
add_library(hyco_sim_world STATIC sim_roles.c sim_world.c)
hyco_compile_options(hyco_sim_world)
target_link_libraries(hyco_sim_world
  PUBLIC hyco_test_support hyco_sim PkgConfig::CMOCKA)

foreach(name close connect data events free memory reconnect redirect rows
    settings surface vanish)
  hyco_sim_test(sim_${name})
  target_link_libraries(sim_${name}_test PRIVATE hyco_sim_world)
endforeach()

# A receiver against a service in raw bytes (rules.cmake).
hyco_sim_test(sim_control)
target_link_libraries(sim_control_test PRIVATE hyco_sim_service)
hyco_sim_test(sim_seen)
target_link_libraries(sim_seen_test PRIVATE hyco_sim_service)
hyco_sim_test(sim_all_events)
target_link_libraries(sim_all_events_test PRIVATE hyco_sim_service)
hyco_sim_test(sim_http sim_http.c)
target_link_libraries(sim_http_test PRIVATE hyco_sim_service)
hyco_sim_test(sim_http_done sim_http.c sim_http_target.c)
target_link_libraries(sim_http_done_test PRIVATE hyco_sim_service)
hyco_sim_test(sim_http_free sim_http.c)
target_link_libraries(sim_http_free_test PRIVATE hyco_sim_service)
hyco_sim_test(sim_http_errors sim_http.c)
target_link_libraries(sim_http_errors_test PRIVATE hyco_sim_service)
hyco_sim_test(sim_http_memory sim_http.c)
target_link_libraries(sim_http_memory_test PRIVATE hyco_sim_service)
hyco_trap_allocations(sim_http_memory_test)
hyco_sim_test(sim_http_cut sim_http_client.c)
target_link_libraries(sim_http_cut_test PRIVATE hyco_sim_world)
hyco_sim_test(sim_http_forward_memory sim_http.c sim_http_target.c)
target_link_libraries(sim_http_forward_memory_test PRIVATE hyco_sim_service)
hyco_trap_allocations(sim_http_forward_memory_test)
hyco_sim_test(sim_http_rendezvous sim_http.c)
target_link_libraries(sim_http_rendezvous_test PRIVATE hyco_sim_service)
hyco_sim_test(sim_narrow)
target_link_libraries(sim_narrow_test PRIVATE hyco_sim_service)
hyco_sim_test(sim_faults sim_faults.c)
target_link_libraries(sim_faults_test PRIVATE hyco_sim_service)
hyco_sim_test(sim_long)
target_link_libraries(sim_long_test PRIVATE hyco_sim_service)
hyco_sim_test(sim_offers sim_faults.c)
target_link_libraries(sim_offers_test PRIVATE hyco_sim_service)

hyco_trap_allocations(sim_memory_test)
hyco_trap_allocations(sim_redirect_test)

# Reads from a disk that fails, or gives less than was asked for.
foreach(name file file_ends file_random)
  hyco_sim_test(sim_${name} sim_file.c)
  target_link_libraries(sim_${name}_test PRIVATE hyco_sim_world)
  target_link_options(sim_${name}_test PRIVATE -Wl,--wrap=read)
  hyco_trap_allocations(sim_${name}_test)
endforeach()

# What random scenarios found.
hyco_sim_test(sim_found)
target_link_libraries(sim_found_test PRIVATE hyco_sim_service)
hyco_trap_allocations(sim_found_test)

# Random scenarios: a thousand seeds here, as many as time allows in make soak.
hyco_sim_test(sim_random sim_http_client.c sim_random.c sim_random_acts.c
  sim_random_chat.c sim_random_http.c sim_random_http_acts.c
  sim_random_http_app.c sim_random_roles.c sim_random_wire.c)
target_link_libraries(sim_random_test PRIVATE hyco_sim_world)
hyco_trap_allocations(sim_random_test)

# A day of virtual time: the test has to know which stream a channel is.
hyco_sim_test(sim_day sim_day.c sim_flow.c)
target_link_libraries(sim_day_test PRIVATE hyco_sim_world)
target_link_options(sim_day_test PRIVATE -Wl,--wrap=hc_control_channel_open)
hyco_trap_allocations(sim_day_test)

# A TCP target behind the receiver.
hyco_sim_test(sim_forward sim_pair.c)
target_link_libraries(sim_forward_test PRIVATE hyco_sim_world)
