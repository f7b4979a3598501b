/* Dialling: name to socket by libcurl, then TLS, then on_open. One deadline
 * for all of it. */
#include "io/dial.h"

#include "base/memory.h"
#include "io/curl.h"

#include <stdio.h>
#include <string.h>

enum { HOST_LEN_MAX = 253 }; /* RFC 1035 2.3.4, as text */

static void on_deadline(void *user_data)
{
  struct hc_io_stream *s = user_data;
  char text[80];

  snprintf(text, sizeof(text), "%s within %llu ms",
           s->phase == HC_IO_DIALLING ? "no connection" : "no TLS handshake",
           (unsigned long long)s->dialled->timeout_ms);
  hc_dialled_cancel(s);
  hc_io_setup_failed(s, HYCO_ETIMEDOUT, text);
}

static struct hc_dialled *dialled_new(const struct hc_dial *dial)
{
  struct hc_dialled *d = hc_alloc_zero(sizeof(*d));
  if (d == NULL)
    return NULL;
  bool brackets = strchr(dial->host, ':') != NULL;
  char name[HOST_LEN_MAX + 16];

  snprintf(name, sizeof(name), brackets ? "[%s]:%u" : "%s:%u", dial->host,
           dial->port);
  d->kept = CURL_SOCKET_BAD;
  d->port = dial->port;
  d->timeout_ms = dial->timeout_ms;
  d->on_verify = dial->on_verify;
  d->has_proxy = dial->proxy != NULL && *dial->proxy != '\0';
  d->host = hc_strdup(dial->host);
  d->name = hc_strdup(name);
  if (dial->tls != NULL)
    d->tls = hc_tls_ref(dial->tls);
  if (d->host != NULL && d->name != NULL)
    return d;
  hc_dialled_free(d);
  return NULL;
}

void hc_dialled_free(struct hc_dialled *d)
{
  if (d == NULL)
    return;
  hc_tls_unref(d->tls);
  hc_free(d->host);
  hc_free(d->name);
  hc_free(d);
}

const char *hc_dialled_name(const struct hc_dialled *d)
{
  return d->name;
}

int hc_io_dial(struct hc_net *net, const struct hc_dial *dial,
               const struct hc_stream_handler *handler, void *user_data,
               struct hc_stream **out, struct hc_fault *fault)
{
  struct hc_loop *loop = (struct hc_loop *)(void *)net;

  if (dial->host == NULL || *dial->host == '\0' || dial->port == 0)
    return hc_fault_set(fault, HYCO_EBADURL, "host and port are needed");
  if (strlen(dial->host) > HOST_LEN_MAX)
    return hc_fault_set(fault, HYCO_EBADURL, "host name too long");

  struct hc_io_stream *s = hc_io_stream_new(loop);
  if (s == NULL)
    return hc_fault_set(fault, HYCO_ENOMEM, "out of memory");
  s->handler = *handler;
  s->user_data = user_data;
  s->reads_in_narrow = dial->reads_in_narrow_turns;
  s->dialled = dialled_new(dial);
  int rc = s->dialled != NULL
               ? hc_curl_start(loop, s, dial, fault)
               : hc_fault_set(fault, HYCO_ENOMEM, "out of memory");
  if (rc != 0) {
    hc_io_destroy(s, false);
    return rc;
  }
  s->deadline.fn = on_deadline;
  s->deadline.user_data = s;
  s->deadline.calls_handlers = true;
  hc_io_timer_set(loop, &s->deadline, dial->timeout_ms);
  *out = &s->base;
  return 0;
}

/* TLS begins: the ClientHello leaves at the end of the turn. */
static void start_tls(struct hc_io_stream *s)
{
  struct hc_span nothing = hc_span_of(NULL, 0);

  hc_io_shake(s, &nothing);
  hc_io_stream_poll(s);
}

void hc_dialled_connected(struct hc_io_stream *s, int fd)
{
  struct hc_dialled *d = s->dialled;

  hc_io_stream_hold(s);
  int rc = hc_io_stream_attach(s, fd, d->tls, d->host, d->port);
  if (rc != 0)
    hc_io_setup_failed(s, rc, NULL);
  else if (s->tls != NULL)
    start_tls(s);
  else
    hc_io_set_open(s);
  hc_io_stream_release(s);
}

int hc_dialled_verify(struct hc_io_stream *s, struct hc_fault *fault)
{
  return hc_tls_verify(s->tls, s->dialled->on_verify, s->user_data, fault);
}

void hc_dialled_cancel(struct hc_io_stream *s)
{
  hc_curl_stop(s->loop, s);
}
