/* One line for each HTTP request, when it is over. */
#include "request_log.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

/* Of method and target, so that the rest has room in a line. */
enum { METHOD_SHOWN = 32, TARGET_SHOWN = 1024 };

/* The service takes a sender's token out of the query; if one does not, it is
 * not for the log. */
static int shown_len(const char *target)
{
  size_t len = strcasestr(target, "sb-hc-token") != NULL ? strcspn(target, "?")
                                                         : strlen(target);
  return len < TARGET_SHOWN ? (int)len : TARGET_SHOWN;
}

static void on_done(hyco_receiver *r, const hyco_http_request_done *e,
                    void *user_data)
{
  const struct hc_cli_listener *l = user_data;
  char status[16] = "no answer";
  bool is_cut = e->error_code != 0;

  (void)r;
  if (e->status_code != 0)
    snprintf(status, sizeof status, "%d", e->status_code);
  hc_cli_say(l->command,
             "request %d: %.*s %.*s from %s port %d: %s%s%s (%" PRId64
             " bytes in, %" PRId64 " out, %" PRId64 " ms)",
             e->connection_id, METHOD_SHOWN, e->request_method,
             shown_len(e->request_target), e->request_target, e->remote_address,
             e->remote_port, status, is_cut ? ", broken off: " : "",
             is_cut ? hyco_strerror(-e->error_code) : "", e->bytes_in,
             e->bytes_out, e->duration_ms);
}

void hc_cli_request_log(hyco_receiver_events *events)
{
  events->on_http_request_done = on_done;
}
