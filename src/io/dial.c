/* Dialling: name to socket by libcurl, then TLS, then on_open. One deadline
 * for all of it. */
#include "io/dial.h"

#include "base/memory.h"
#include "base/text.h"
#include "io/curl.h"

#include <stdio.h>
#include <string.h>

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
  char name[HC_DIAL_HOST_MAX + 16];

  hc_text_host_port(name, sizeof(name), dial->host, dial->port);
  d->port = dial->port;
  d->timeout_ms = dial->timeout_ms;
  d->on_verify = dial->on_verify;
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

/* TLS begins: the ClientHello leaves at the end of the turn. */
static void start_tls(struct hc_io_stream *s)
{
  struct hc_span nothing = hc_span_of(NULL, 0);

  hc_io_shake(s, &nothing);
  hc_io_stream_poll(s);
}

/* libcurl has a connected socket, which is the stream's now. */
static void connected(struct hc_io_stream *s, int fd)
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

static void on_done(void *owner, CURLcode result)
{
  struct hc_io_stream *s = owner;
  struct hc_curl_job *job = s->dialled->job;
  curl_socket_t fd = CURL_SOCKET_BAD;
  const char *words;
  char text[CURL_ERROR_SIZE];

  if (result == CURLE_OK)
    curl_easy_getinfo(job->easy, CURLINFO_ACTIVESOCKET, &fd);
  int code = hc_curl_job_fault(job, result, &words);
  snprintf(text, sizeof(text), "%s", words);
  job->kept = fd;
  hc_dialled_cancel(s);
  if (fd != CURL_SOCKET_BAD)
    connected(s, fd);
  else
    hc_io_setup_failed(s, code, text);
}

static int start_job(struct hc_io_stream *s, const struct hc_dial *dial,
                     struct hc_fault *fault)
{
  const struct hc_curl_route route = {
    .scheme = "http",
    .host = dial->host,
    .port = dial->port,
    .tls = dial->tls != NULL,
    .route = dial->route,
    .local_host = dial->local_host,
    .tcp = dial->tcp,
    .timeout_ms = dial->timeout_ms,
  };
  int rc =
      hc_curl_job_new(s->loop, &route, s, on_done, &s->dialled->job, fault);
  if (rc != 0)
    return rc;
  curl_easy_setopt(s->dialled->job->easy, CURLOPT_CONNECT_ONLY, 1L);
  hc_curl_job_keep_sockets(s->dialled->job);
  rc = hc_curl_job_start(s->dialled->job);
  return rc == 0 ? 0 : hc_fault_set(fault, rc, "out of memory");
}

int hc_io_dial(struct hc_net *net, const struct hc_dial *dial,
               const struct hc_stream_handler *handler, void *user_data,
               struct hc_stream **out, struct hc_fault *fault)
{
  struct hc_loop *loop = (struct hc_loop *)(void *)net;

  if (dial->host == NULL || *dial->host == '\0' || dial->port == 0)
    return hc_fault_set(fault, HYCO_EBADURL, "host and port are needed");
  if (strlen(dial->host) > HC_DIAL_HOST_MAX)
    return hc_fault_set(fault, HYCO_EBADURL, "host name too long");

  struct hc_io_stream *s = hc_io_stream_new(loop);
  if (s == NULL)
    return hc_fault_set(fault, HYCO_ENOMEM, "out of memory");
  s->handler = *handler;
  s->user_data = user_data;
  s->reads_in_narrow = dial->reads_in_narrow_turns;
  s->dialled = dialled_new(dial);
  int rc = s->dialled != NULL
               ? start_job(s, dial, fault)
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

int hc_dialled_verify(struct hc_io_stream *s, struct hc_fault *fault)
{
  return hc_tls_verify(s->tls, s->dialled->on_verify, s->user_data, fault);
}

void hc_dialled_cancel(struct hc_io_stream *s)
{
  struct hc_dialled *d = s->dialled;

  if (d == NULL)
    return;
  hc_curl_job_drop(d->job);
  d->job = NULL;
}
