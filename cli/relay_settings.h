/* hyco relay --settings: the table of hyco/relay_settings.h. */
#ifndef HC_CLI_RELAY_SETTINGS_H
#define HC_CLI_RELAY_SETTINGS_H

#include <stdbool.h>

/* For people, or for machines as a JSON array of objects. */
void hc_cli_print_relay_settings(bool json);

#endif
