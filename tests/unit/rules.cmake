# WebSocket rules as server: the relay, spoken to in raw bytes.
foreach(part frames handshake passing)
  hyco_unit_test(relay_rules_${part})
  target_link_libraries(relay_rules_${part}_test PRIVATE hyco_relay_support)
endforeach()
