# What a peer says to a role, on the simulated net.
foreach(machine control_channel connection request_rendezvous)
  hyco_fuzz_target(${machine})
  hyco_fuzz_on_sim(${machine})
  target_sources(fuzz_${machine} PRIVATE service.c)
endforeach()
