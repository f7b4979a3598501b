foreach(parser utf8 ws_close ws_read)
  hyco_fuzz_target(${parser})
endforeach()
