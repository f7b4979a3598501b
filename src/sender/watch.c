/* What a sender tells of its handshakes. */
#include "sender/sender.h"

static void on_status(void *user_data, const char *event, int code,
                      const char *description)
{
  struct hc_sender *s = user_data;
  hyco_connection_status e = { event, code, description };

  hc_log_line(&s->log, HC_LOG_VERBOSE, "%s: %d %s", event, code, description);
  if (s->events.on_connection_status != NULL)
    s->events.on_connection_status(s->self, &e, s->user_data);
}

static void on_ssl_status(void *user_data, const char *message)
{
  struct hc_sender *s = user_data;
  hyco_ssl_status e = { message };

  hc_log_line(&s->log, HC_LOG_DEBUG, "TLS: %s", message);
  if (s->events.on_ssl_status != NULL)
    s->events.on_ssl_status(s->self, &e, s->user_data);
}

static void on_header(void *user_data, const char *field, const char *value)
{
  struct hc_sender *s = user_data;
  hyco_header e = { field, value };

  hc_log_line(&s->log, HC_LOG_VERBOSE, "header %s: %s", field, value);
  if (s->events.on_header != NULL)
    s->events.on_header(s->self, &e, s->user_data);
}

static bool on_redirect(void *user_data, const char *location)
{
  struct hc_sender *s = user_data;
  hyco_redirect e = { location, false };

  hc_log_line(&s->log, HC_LOG_INFO, "redirected to %s", location);
  if (s->events.on_redirect != NULL)
    s->events.on_redirect(s->self, &e, s->user_data);
  return e.accept && !s->freed;
}

struct hc_watch hc_sender_watch(struct hc_sender *s)
{
  return (struct hc_watch){ on_status, on_ssl_status, on_header, on_redirect,
                            s };
}
