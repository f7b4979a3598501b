foreach(module handshake ws_close ws_mask ws_pass ws_read ws_write)
  hyco_unit_test(${module})
endforeach()
