/* The methods and events of receivers and senders: beside the table of
 * hyco/property.h the rest of the class's surface, under its names (spec
 * surface.tsv), and what is hyco's own. */
#ifndef HC_CLI_SURFACE_H
#define HC_CLI_SURFACE_H

#include <hyco/property.h>

/* A method is the function hyco_receiver_NAME, hyco_sender_NAME or both, as
 * scope says; an event the handler of this name in hyco_receiver_events,
 * hyco_sender_events or both. */
struct hc_cli_surface_row {
  const char *name;
  hyco_property_scope scope;
  const char *help;
};

extern const struct hc_cli_surface_row hc_cli_methods[];
extern const size_t hc_cli_n_methods;
extern const struct hc_cli_surface_row hc_cli_events[];
extern const size_t hc_cli_n_events;

#endif
