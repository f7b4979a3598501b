/* All sixteen events of the class in one life of a receiver, with every
 * parameter, in the order that hyco/receiver.h documents. */
#include "sim_service.h"
#include "support/check.h"

enum { RECORD_MAX = 8192, SETTLE_MS = 100 };

/* What came, a line each; the port, which any run may choose, reads as P. */
static char record[RECORD_MAX];
static char port_text[16];

static void note(const char *format, ...) __attribute__((format(printf, 1, 2)));
static void note(const char *format, ...)
{
  char line[1024];
  va_list args;

  va_start(args, format);
  assert_in_range(vsnprintf(line, sizeof line, format, args), 1,
                  sizeof line - 1);
  va_end(args);
  for (char *at; (at = strstr(line, port_text)) != NULL;) {
    *at = 'P';
    memmove(at + 1, at + strlen(port_text), strlen(at + strlen(port_text)) + 1);
  }
  assert_true(strlen(record) + strlen(line) < sizeof record);
  strcat(record, line);
}

/* The caller's own pointer goes to every handler. */
static int own;

#define CHECK_OWNER(r, data) \
  (void)(r);                 \
  assert_ptr_equal(data, &own)

static void on_connected(hyco_receiver *r, const hyco_connected *e, void *data)
{
  CHECK_OWNER(r, data);
  note("connected %d %s\n", e->status_code, e->description);
}

static void on_disconnected(hyco_receiver *r, const hyco_disconnected *e,
                            void *data)
{
  CHECK_OWNER(r, data);
  note("disconnected %d %s\n", e->status_code, e->description);
}

static void on_connection_request(hyco_receiver *r, hyco_connection_request *e,
                                  void *data)
{
  CHECK_OWNER(r, data);
  assert_null(e->status_description);
  note("request accept=%d %s id=%s headers=%s\n", e->accept,
       e->rendezvous_address, e->id, e->connect_headers);
  note("  protocols=%s extensions=%s host=%s from=%s port=%d status=%d %s\n",
       e->sub_protocols, e->extensions, e->host, e->remote_address,
       e->remote_port, e->status_code, e->sub_protocol);
}

static void on_connection_connected(hyco_receiver *r, int id, void *data)
{
  CHECK_OWNER(r, data);
  note("%d connected\n", id);
}

static void on_ready(hyco_receiver *r, int id, void *data)
{
  CHECK_OWNER(r, data);
  note("%d ready\n", id);
}

static void on_data(hyco_receiver *r, const hyco_connection_data_in *e,
                    void *data)
{
  CHECK_OWNER(r, data);
  note("%d data format=%d eom=%d %.*s\n", e->connection_id, (int)e->data_format,
       e->eom, (int)e->len, (const char *)e->data);
}

static void on_connection_gone(hyco_receiver *r,
                               const hyco_connection_disconnected *e,
                               void *data)
{
  CHECK_OWNER(r, data);
  note("%d disconnected %d %s\n", e->connection_id, e->status_code,
       e->description);
}

static void on_connection_error(hyco_receiver *r, const hyco_error_event *e,
                                void *data)
{
  CHECK_OWNER(r, data);
  note("%d error %d %s\n", e->connection_id, e->error_code, e->description);
}

static void on_error(hyco_receiver *r, const hyco_error_event *e, void *data)
{
  CHECK_OWNER(r, data);
  assert_int_equal(e->connection_id, 0);
  note("error %d %s\n", e->error_code, e->description);
}

static void on_http_request(hyco_receiver *r, const hyco_http_request *e,
                            void *data)
{
  CHECK_OWNER(r, data);
  note("http %d %s id=%s headers=%s\n", e->connection_id, e->rendezvous_address,
       e->id, e->request_headers);
  note("  %s %s host=%s from=%s port=%d body=%d %.*s\n", e->request_method,
       e->request_target, e->host, e->remote_address, e->remote_port,
       e->has_body, (int)e->request_data_len, (const char *)e->request_data);
}

static void on_certificate(hyco_receiver *r, hyco_ssl_server_authentication *e,
                           void *data)
{
  CHECK_OWNER(r, data);
  note("certificate %.*s subject=%s issuer=%s status=%s accept=%d\n",
       (int)e->cert_encoded_len, (const char *)e->cert_encoded, e->cert_subject,
       e->cert_issuer, e->status, e->accept);
}

static void on_log(hyco_receiver *r, const hyco_log *e, void *data)
{
  CHECK_OWNER(r, data);
  note("log %d %d %s %s\n", e->connection_id, e->log_level, e->log_type,
       e->message);
}

static void on_status(hyco_receiver *r, const hyco_connection_status *e,
                      void *data)
{
  CHECK_OWNER(r, data);
  note("status %s %d %s\n", e->connection_event, e->status_code,
       e->description);
}

static void on_ssl_status(hyco_receiver *r, const hyco_ssl_status *e,
                          void *data)
{
  CHECK_OWNER(r, data);
  note("ssl %s\n", e->message);
}

static void on_header(hyco_receiver *r, const hyco_header *e, void *data)
{
  CHECK_OWNER(r, data);
  bool is_random = strcmp(e->field, "Sec-WebSocket-Accept") == 0;
  note("header %s: %s\n", e->field, is_random ? "*" : e->value);
}

static void on_redirect(hyco_receiver *r, hyco_redirect *e, void *data)
{
  CHECK_OWNER(r, data);
  note("redirect %s accept=%d\n", e->location, e->accept);
  e->accept = true;
}

static const hyco_receiver_events all = {
  .on_connected = on_connected,
  .on_disconnected = on_disconnected,
  .on_connection_request = on_connection_request,
  .on_connection_connected = on_connection_connected,
  .on_connection_ready_to_send = on_ready,
  .on_connection_data_in = on_data,
  .on_connection_disconnected = on_connection_gone,
  .on_connection_error = on_connection_error,
  .on_error = on_error,
  .on_http_request = on_http_request,
  .on_ssl_server_authentication = on_certificate,
  .on_log = on_log,
  .on_connection_status = on_status,
  .on_ssl_status = on_ssl_status,
  .on_header = on_header,
  .on_redirect = on_redirect,
};

static void expect(struct sim_service *s, const char *lines)
{
  sim_run(s->world.sim, SETTLE_MS);
  assert_string_equal(record, lines);
  record[0] = '\0';
}

static void redirect(struct raw_peer *peer)
{
  char answer[256];

  (void)snprintf(answer, sizeof answer,
                 "HTTP/1.1 307 Elsewhere\r\nLocation: https://localhost:%s"
                 "/$hc/hyco?sb-hc-action=listen\r\n"
                 "Content-Length: 0\r\n\r\n",
                 port_text);
  raw_send_str(peer, answer);
}

#define DIALLED                                                     \
  "certificate certificate subject=CN=sim issuer=CN=sim status=OK " \
  "accept=1\n"                                                      \
  "status Remote host connection complete 0 OK\n"                   \
  "status SSL handshake complete 0 OK\n"                            \
  "ssl handshake complete\n"
#define UPGRADED                 \
  "header Upgrade: websocket\n"  \
  "header Connection: Upgrade\n" \
  "header Sec-WebSocket-Accept: *\n"

static struct raw_peer *listen_after_a_redirect(struct sim_service *s)
{
  struct hc_receiver *core = s->world.receivers[0].core;

  assert_int_equal(hc_receiver_start(core, true), 0);
  redirect(sim_service_request(s));
  struct raw_peer *control = sim_service_request(s);
  sim_service_answer(s, control, "X-Own: a b\r\n");
  expect(s, "log 0 1 Info connecting to wss://localhost:P/$hc/hyco\n" DIALLED
            "header Location: https://localhost:P/$hc/hyco?sb-hc-action=l"
            "isten\n"
            "header Content-Length: 0\n"
            "log 0 1 Info redirected to https://localhost:P/$hc/hyco?sb-h"
            "c-action=listen\n"
            "redirect https://localhost:P/$hc/hyco?sb-hc-action=listen ac"
            "cept=0\n" DIALLED UPGRADED "header X-Own: a b\n"
            "log 0 1 Info connected: 0 OK\n"
            "connected 0 OK\n");
  return control;
}

static struct raw_peer *accept_a_sender(struct sim_service *s,
                                        struct raw_peer *control, int id)
{
  static const char accepted[] =
      "log 0 1 Info a sender asks: id 7 from 192.0.2.9:1234\n"
      "request accept=1 wss://localhost:P/$hc/hyco?sb-hc-action=acc"
      "ept&sb-hc-id=7 id=7 headers={\"Host\":\"ns.test\",\"Sec-WebS"
      "ocket-Protocol\":\"a, b\",\"Sec-WebSocket-Extensions\":\"per"
      "message-deflate\"}\n"
      "  protocols=a, b extensions=permessage-deflate host=ns.test "
      "from=192.0.2.9 port=1234 status=0 a\n" DIALLED UPGRADED
      "header Sec-WebSocket-Protocol: a\n";
  char message[1024];
  char lines[2048];

  (void)snprintf(
      message, sizeof message,
      "{\"accept\":{\"address\":\"wss://localhost:%s/$hc/hyco?"
      "sb-hc-action=accept&sb-hc-id=7\",\"id\":\"7\",\"connectHeaders\":{"
      "\"Host\":\"ns.test\",\"Sec-WebSocket-Protocol\":\"a, b\","
      "\"Sec-WebSocket-Extensions\":\"permessage-deflate\"},"
      "\"remoteEndpoint\":{\"address\":\"192.0.2.9\",\"port\":1234}}}",
      port_text);
  raw_send_server_frame(control, 0x81, hc_span_str(message));
  struct raw_peer *peer = sim_service_request(s);
  /* what was offered is not asked for: we support no extension */
  assert_null(strstr(s->head, "Sec-WebSocket-Extensions"));
  sim_service_answer(s, peer, "Sec-WebSocket-Protocol: a\r\n");
  (void)snprintf(lines, sizeof lines, "%s%d connected\n%d ready\n", accepted,
                 id, id);
  expect(s, lines);
  return peer;
}

/* The rows of a connection are what its request said. */
static void check_rows(struct hc_surface *surface)
{
  static const char *const rows[][2] = {
    { "id", "7" },
    { "connection_id", "1" },
    { "connect_headers",
      "{\"Host\":\"ns.test\",\"Sec-WebSocket-Protocol\":\"a, b\","
      "\"Sec-WebSocket-Extensions\":\"permessage-deflate\"}" },
    { "extensions", "permessage-deflate" },
    { "host", "ns.test" },
    { "remote_address", "192.0.2.9" },
    { "remote_port", "1234" },
    { "sub_protocols", "a, b" },
  };
  char name[64];
  const char *value = NULL;

  for (size_t i = 0; i < CHECK_COUNT(rows); i++) {
    (void)snprintf(name, sizeof name, "azure_relay_connection_%s[1]",
                   rows[i][0]);
    assert_int_equal(hc_surface_config(surface, name, &value), 0);
    assert_string_equal(value, rows[i][1]);
  }
  assert_int_equal(
      hc_surface_config(surface, "azure_relay_connection_address[1]", &value),
      0);
  assert_non_null(strstr(value, "/$hc/hyco?sb-hc-action=accept&sb-hc-id=7"));
}

static void send_http_request(struct raw_peer *control)
{
  static const char message[] =
      "{\"request\":{\"address\":\"wss://localhost/$hc/hyco?x\",\"id\":\"9\","
      "\"requestTarget\":\"/hyco/x?y=1\",\"method\":\"PUT\","
      "\"requestHeaders\":{\"Host\":\"web.test\",\"A\":\"b\"},"
      "\"remoteEndpoint\":{\"address\":\"192.0.2.1\",\"port\":7},"
      "\"body\":true}}";

  raw_send_server_frame(control, 0x81, hc_span_str(message));
  raw_send_server_frame(control, 0x82, hc_span_str("a body"));
}

/* surface: on_connection_connected, on_connection_request, on_header
 * surface: on_connection_status, on_ssl_status, on_redirect
 * surface: on_ssl_server_authentication, on_connected, on_disconnected
 * surface: on_connection_data_in, on_connection_disconnected, on_error
 * surface: on_connection_error, on_connection_ready_to_send, on_log
 * surface: on_http_request, azure_relay_connection_id
 * surface: azure_relay_connection_connection_id
 * surface: azure_relay_connection_connect_headers
 * surface: azure_relay_connection_extensions, azure_relay_connection_host
 * surface: azure_relay_connection_remote_address
 * surface: azure_relay_connection_remote_port
 * surface: azure_relay_connection_sub_protocols
 * surface: azure_relay_connection_address */
static void each_event_comes_in_its_place_with_all_parameters(void **state)
{
  struct sim_service s;

  (void)state;
  record[0] = '\0';
  sim_service_start_tls(&s, 31);
  (void)snprintf(port_text, sizeof port_text, "%u", (unsigned)s.world.port);
  struct hc_receiver *core = s.world.receivers[0].core;
  core->events = all;
  core->user_data = &own;
  struct raw_peer *control = listen_after_a_redirect(&s);
  struct raw_peer *peer = accept_a_sender(&s, control, 1);
  check_rows(&core->surface);

  raw_send_server_frame(peer, 0x01, hc_span_str("he"));
  raw_send_server_frame(peer, 0x80, hc_span_str("llo"));
  raw_send_server_frame(peer, 0x82, hc_span_str("bytes"));
  raw_send_server_frame(peer, 0x8a, hc_span_str("pong"));
  expect(&s, "1 data format=1 eom=0 he\n"
             "1 data format=1 eom=1 llo\n"
             "1 data format=2 eom=1 bytes\n"
             "1 data format=10 eom=1 pong\n");

  send_http_request(control);
  expect(&s, "log 2 1 Info request 2: PUT, id 9 from 192.0.2.1:7\n"
             "http 2 wss://localhost/$hc/hyco?x id=9 headers={\"Host\":\"w"
             "eb.test\",\"A\":\"b\"}\n"
             "  PUT /hyco/x?y=1 host=web.test from=192.0.2.1 port=7 body=1"
             " a body\n");

  raw_send_server_frame(control, 0x81, hc_span_str("nonsense"));
  expect(&s, "log 0 1 Info error 600: the control message is not JSON (byt"
             "e 0)\n"
             "error 600 the control message is not JSON (byte 0)\n");

  raw_close(peer, HC_STREAM_CUT);
  expect(&s, "status Remote host disconnected 1120 the peer dropped the co"
             "nnection\n"
             "1 error 1120 the peer dropped the connection\n"
             "log 1 1 Info connection 1 over: 1006 the peer dropped the co"
             "nnection\n"
             "1 disconnected 1006 the peer dropped the connection\n");

  raw_send_server_frame(accept_a_sender(&s, control, 3), 0x88,
                        hc_span_str("\x0f\xa1"
                                    "bye"));
  expect(&s, "log 3 1 Info connection 3 over: 4001 bye\n"
             "3 disconnected 4001 bye\n");

  sim_receiver_set(&s.world.receivers[0], "listening=false");
  raw_send_server_frame(control, 0x88, hc_span_str("\x03\xe8"));
  expect(&s, "log 0 1 Info disconnected: 0 OK\n"
             "disconnected 0 OK\n");
  core->user_data = &s.world.receivers[0];
  sim_service_finish(&s);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(each_event_comes_in_its_place_with_all_parameters),
  };
  return cmocka_run_group_tests_name("sim_all_events", tests, NULL, NULL);
}
