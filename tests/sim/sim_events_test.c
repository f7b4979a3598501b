/* The events of handshakes: connection_status, ssl_status, header, redirect, in
 * their order, on real roles. */
#include "support/check.h"

#include "sim_world.h"

/* What came, a line each. */
static char lines[4096];

static void note(const char *format, ...) __attribute__((format(printf, 1, 2)));
static void note(const char *format, ...)
{
  size_t len = strlen(lines);
  va_list args;
  va_start(args, format);
  (void)vsnprintf(lines + len, sizeof lines - len, format, args);
  va_end(args);
}

static void on_connected(hyco_receiver *r, const hyco_connected *e, void *data)
{
  (void)r;
  (void)data;
  note("connected %d\n", e->status_code);
}

static void on_disconnected(hyco_receiver *r, const hyco_disconnected *e,
                            void *data)
{
  (void)r;
  (void)data;
  note("disconnected %d %s\n", e->status_code, e->description);
}

static void on_certificate(hyco_receiver *r, hyco_ssl_server_authentication *e,
                           void *data)
{
  (void)r;
  (void)data;
  assert_non_null(e->cert_subject);
  assert_non_null(e->cert_issuer);
  note("certificate %s %d\n", e->status, e->accept);
}

static void on_status(hyco_receiver *r, const hyco_connection_status *e,
                      void *data)
{
  (void)r;
  (void)data;
  note("status %s %d\n", e->connection_event, e->status_code);
}

static void on_ssl_status(hyco_receiver *r, const hyco_ssl_status *e,
                          void *data)
{
  (void)r;
  (void)data;
  note("ssl %s\n", e->message);
}

static void on_header(hyco_receiver *r, const hyco_header *e, void *data)
{
  (void)r;
  (void)data;
  if (strcmp(e->field, "Upgrade") == 0)
    note("header %s: %s\n", e->field, e->value);
}

static bool follows;
static int redirects;
static void on_redirect(hyco_receiver *r, hyco_redirect *e, void *data)
{
  (void)r;
  (void)data;
  assert_false(e->accept);
  assert_memory_equal(e->location, "https://localhost:", 18);
  redirects++;
  e->accept = follows;
}

static struct hc_receiver *start(struct sim_world *w, uint64_t seed)
{
  lines[0] = '\0';
  redirects = 0;
  sim_world_start_tls(w, seed);
  struct hc_receiver *core = sim_world_receiver(w)->core;
  core->events = (hyco_receiver_events){
    .on_connected = on_connected,
    .on_disconnected = on_disconnected,
    .on_ssl_server_authentication = on_certificate,
    .on_connection_status = on_status,
    .on_ssl_status = on_ssl_status,
    .on_header = on_header,
    .on_redirect = on_redirect,
  };
  return core;
}

/* surface: on_connection_status, on_ssl_status, on_header
 * surface: on_ssl_server_authentication, on_connected, on_disconnected */
static void a_handshake_is_told_step_by_step(void **state)
{
  struct sim_world w;

  (void)state;
  struct hc_receiver *core = start(&w, 21);
  assert_int_equal(hc_receiver_start(core, false), 0);
  sim_run(w.sim, SIM_WAIT_MS);
  assert_string_equal(lines, "certificate OK 1\n"
                             "status Remote host connection complete 0\n"
                             "status SSL handshake complete 0\n"
                             "ssl handshake complete\n"
                             "header Upgrade: websocket\n"
                             "connected 0\n");
  lines[0] = '\0';
  hc_receiver_stop(core);
  sim_run(w.sim, SIM_WAIT_MS);
  assert_string_equal(lines, "disconnected 0 OK\n");
  sim_world_finish(&w);
}

/* A server that sends everybody elsewhere. */
struct elsewhere {
  char answer[256];
  struct hc_stream *streams[16];
  size_t n;
};

static void on_request(void *user_data, struct hc_span *in)
{
  struct elsewhere *e = user_data;

  if (in->len < 4 || memcmp(in->ptr + in->len - 4, "\r\n\r\n", 4) != 0)
    return;
  hc_span_drop(in, in->len);
  assert_int_equal(
      hc_stream_write(e->streams[e->n - 1], hc_span_str(e->answer)), 0);
}

static void on_server_end(void *user_data, const struct hc_fault *fault)
{
  (void)user_data;
  (void)fault;
}

static void on_accept(void *user_data, struct hc_stream *stream)
{
  static const struct hc_stream_handler handler = { .on_data = on_request,
                                                    .on_end = on_server_end };
  struct elsewhere *e = user_data;
  e->streams[e->n++] = stream;
  hc_stream_set_handler(stream, &handler, e);
}

static uint16_t redirect_to(struct sim_world *w, struct elsewhere *e,
                            uint16_t port, struct hc_listener **out)
{
  static const struct hc_listener_handler handler = { on_accept };
  struct hc_listen listen = { .host = "127.0.0.1",
                              .tls = w->tls,
                              .handshake_timeout_ms = 10000 };

  memset(e, 0, sizeof *e);
  assert_int_equal(hc_listen(sim_net(w->sim), &listen, &handler, e, out, NULL),
                   0);
  uint16_t own = hc_listener_port(*out);
  (void)snprintf(e->answer, sizeof e->answer,
                 "HTTP/1.1 307 Elsewhere\r\nLocation: https://localhost:%u"
                 "/$hc/hyco?sb-hc-action=listen&sb-hc-id=x\r\n"
                 "Content-Length: 0\r\n\r\n",
                 (unsigned)(port != 0 ? port : own));
  return own;
}

static void check_redirect(struct sim_world *w, struct hc_receiver *core,
                           uint16_t to, const char *expected)
{
  struct elsewhere e;
  struct hc_listener *listener;
  char text[64];

  uint16_t port = redirect_to(w, &e, to, &listener);
  (void)snprintf(text, sizeof text, "namespace_address=localhost:%u",
                 (unsigned)port);
  assert_int_equal(hc_surface_config(&core->surface, text, NULL), 0);
  core->events.on_connection_status = NULL;
  core->events.on_ssl_status = NULL;
  core->events.on_ssl_server_authentication = NULL;
  core->events.on_header = NULL;
  lines[0] = '\0';
  assert_int_equal(hc_receiver_start(core, true), 0);
  sim_run(w->sim, 2 * SIM_WAIT_MS);
  assert_string_equal(lines, expected);
  for (size_t i = 0; i < e.n; i++)
    hc_stream_close(e.streams[i], HC_STREAM_ABORT);
  hc_listener_close(listener);
}

/* surface: on_redirect */
static void a_redirect_is_followed_only_if_accepted(void **state)
{
  struct sim_world w;

  (void)state;
  struct hc_receiver *core = start(&w, 22);
  follows = false;
  check_redirect(&w, core, w.port, "connected 151\n");
  assert_int_equal(redirects, 1);
  assert_string_equal(core->failure.text, "307 Elsewhere");
  follows = true;
  check_redirect(&w, core, w.port, "connected 0\n");
  assert_int_equal(redirects, 2);
  sim_world_finish(&w);
}

/* surface: on_redirect */
static void five_redirects_are_followed_and_no_more(void **state)
{
  struct sim_world w;

  (void)state;
  struct hc_receiver *core = start(&w, 23);
  follows = true;
  check_redirect(&w, core, 0, "connected 151\n");
  assert_string_equal(core->failure.text, "more than 5 redirects");
  sim_world_finish(&w);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(a_handshake_is_told_step_by_step),
    cmocka_unit_test(a_redirect_is_followed_only_if_accepted),
    cmocka_unit_test(five_redirects_are_followed_and_no_more),
  };
  return cmocka_run_group_tests_name("sim_events", tests, NULL, NULL);
}
