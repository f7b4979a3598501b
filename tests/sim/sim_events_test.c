/* The events of handshakes: connection_status, ssl_status, header, in their
 * order, on real roles. */
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

static struct hc_receiver *start(struct sim_world *w, uint64_t seed)
{
  lines[0] = '\0';
  sim_world_start_tls(w, seed);
  struct hc_receiver *core = sim_world_receiver(w)->core;
  core->events = (hyco_receiver_events){
    .on_connected = on_connected,
    .on_disconnected = on_disconnected,
    .on_ssl_server_authentication = on_certificate,
    .on_connection_status = on_status,
    .on_ssl_status = on_ssl_status,
    .on_header = on_header,
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

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(a_handshake_is_told_step_by_step),
  };
  return cmocka_run_group_tests_name("sim_events", tests, NULL, NULL);
}
