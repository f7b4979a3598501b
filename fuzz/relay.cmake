hyco_fuzz_target(relay_config)

foreach(door relay_front relay_http)
  hyco_fuzz_target(${door})
  hyco_fuzz_on_sim(${door})
  target_sources(fuzz_${door} PRIVATE peer.c)
endforeach()
