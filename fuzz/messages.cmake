foreach(parser http1 handshake url token connection_string control)
  hyco_fuzz_target(${parser})
endforeach()
