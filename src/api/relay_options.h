/* hyco_relay_options: copied, and read together with the configuration file
 * that they name. */
#ifndef HC_API_RELAY_OPTIONS_H
#define HC_API_RELAY_OPTIONS_H

#include "api/relay_setup.h"
#include <hyco/relay.h>

/* Copies what a later reading needs: not on_log, user_data and error_text. 0 or
 * HYCO_ENOMEM. */
int hc_relay_options_copy(struct hc_arena *memory,
                          const hyco_relay_options *options,
                          hyco_relay_options *out);

/* Reads the file, then the options over it: a single value of the options goes
 * before the file's, rules and entities may be in one of the two only. 0,
 * HYCO_EBADVALUE, HYCO_EUNKNOWNNAME (a setting), HYCO_EFILE, HYCO_EFILEIO,
 * HYCO_ETOOLONG, HYCO_ENOMEM; fault names the option or the file's line, never
 * a key. deinit in either case. */
int hc_relay_setup_read(const hyco_relay_options *options,
                        struct hc_relay_setup *setup, struct hc_fault *fault);

#endif
