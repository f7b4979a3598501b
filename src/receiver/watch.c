/* What a receiver tells of its handshakes. */
#include "receiver/receiver.h"

static void on_status(void *user_data, const char *event, int code,
                      const char *description)
{
  struct hc_receiver *r = user_data;
  hyco_connection_status e = { event, code, description };

  hc_log_line(&r->log, HC_LOG_VERBOSE, "%s: %d %s", event, code, description);
  if (r->events.on_connection_status != NULL)
    r->events.on_connection_status(r->self, &e, r->user_data);
}

static void on_ssl_status(void *user_data, const char *message)
{
  struct hc_receiver *r = user_data;
  hyco_ssl_status e = { message };

  hc_log_line(&r->log, HC_LOG_DEBUG, "TLS: %s", message);
  if (r->events.on_ssl_status != NULL)
    r->events.on_ssl_status(r->self, &e, r->user_data);
}

static void on_header(void *user_data, const char *field, const char *value)
{
  struct hc_receiver *r = user_data;
  hyco_header e = { field, value };

  hc_log_line(&r->log, HC_LOG_VERBOSE, "header %s: %s", field, value);
  if (r->events.on_header != NULL)
    r->events.on_header(r->self, &e, r->user_data);
}

static bool on_redirect(void *user_data, const char *location)
{
  struct hc_receiver *r = user_data;
  hyco_redirect e = { location, false };

  hc_log_line(&r->log, HC_LOG_INFO, "redirected to %s", location);
  if (r->events.on_redirect != NULL)
    r->events.on_redirect(r->self, &e, r->user_data);
  return e.accept && !r->freed;
}

struct hc_watch hc_receiver_watch(struct hc_receiver *r)
{
  return (struct hc_watch){ on_status, on_ssl_status, on_header, on_redirect,
                            r };
}
