# What both roles share: the property table, where and with which token they
# connect, the ids of connections.
foreach(module property surface endpoint token_source outbox)
  hyco_unit_test(session_${module})
endforeach()
hyco_trap_allocations(session_surface_test)
hyco_trap_allocations(session_token_source_test)
target_link_options(session_outbox_test PRIVATE -Wl,--wrap=hc_alloc)
hyco_unit_test(id_map)
hyco_unit_test(allowed_clients)
hyco_unit_test(session_unsupported)
hyco_unit_test(session_route)
hyco_trap_allocations(session_route_test)
