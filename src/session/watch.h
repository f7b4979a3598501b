/* What a role's application is shown of the handshakes: the events
 * connection_status, ssl_status, header and redirect. */
#ifndef HC_SESSION_WATCH_H
#define HC_SESSION_WATCH_H

#include "base/span.h"

/* Every function may close the link; none is called in a narrow turn. All are
 * set. */
struct hc_watch {
  void (*on_status)(void *user_data, const char *event, int code,
                    const char *description);
  void (*on_ssl_status)(void *user_data, const char *message);
  void (*on_header)(void *user_data, const char *field, const char *value);
  /* True: follow it. The token goes along, to another host as well. */
  bool (*on_redirect)(void *user_data, const char *location);
  void *user_data;
};

#endif
