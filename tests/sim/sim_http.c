/* HTTP requests in the simulation. */
#include "sim_http.h"

#include "support/check.h"

static void address_of(const struct sim_service *s, const char *id, char *out,
                       size_t size)
{
  (void)snprintf(out, size,
                 "ws://localhost:%u/$hc/hyco?sb-hc-action=request&"
                 "sb-hc-id=%s",
                 (unsigned)s->world.port, id);
}

void http_send_request(struct sim_service *s, struct raw_peer *peer,
                       const char *id, const char *method, bool has_body)
{
  char address[256];
  char message[1024];

  address_of(s, id, address, sizeof address);
  (void)snprintf(message, sizeof message,
                 "{\"request\":{\"address\":\"%s\",\"id\":\"%s\","
                 "\"requestTarget\":\"/hyco/x?y=1\",\"method\":\"%s\","
                 "\"requestHeaders\":{\"Host\":\"localhost\",\"A\":\"b\"},"
                 "\"remoteEndpoint\":{\"address\":\"192.0.2.1\",\"port\":7},"
                 "\"body\":%s}}",
                 address, id, method, has_body ? "true" : "false");
  raw_send_server_frame(peer, HTTP_TEXT, hc_span_str(message));
}

void http_send_pointer(struct sim_service *s, struct raw_peer *control,
                       const char *id)
{
  char address[256];
  char message[512];

  address_of(s, id, address, sizeof address);
  (void)snprintf(message, sizeof message,
                 "{\"request\":{\"address\":\"%s\",\"id\":\"%s\"}}", address,
                 id);
  raw_send_server_frame(control, HTTP_TEXT, hc_span_str(message));
}

struct raw_peer *http_rendezvous(struct sim_service *s, const char *id)
{
  char expected[256];
  struct raw_peer *peer = sim_service_request(s);

  (void)snprintf(expected, sizeof expected,
                 "GET /$hc/hyco?sb-hc-action=request&sb-hc-id=%s HTTP/1.1\r\n",
                 id);
  if (strncmp(s->head, expected, strlen(expected)) != 0)
    fail_msg("expected %sgot %s", expected, s->head);
  sim_service_answer(s, peer, "");
  return peer;
}

static struct raw_frame read_frame(struct raw_peer *peer, uint8_t first)
{
  struct raw_frame frame;

  assert_true(raw_read_frame(peer, &frame));
  assert_int_equal(frame.first, first);
  assert_true(frame.masked); /* RFC 6455 5.1 */
  return frame;
}

void http_expect(struct raw_peer *peer, uint8_t first, const char *text)
{
  struct raw_frame frame = read_frame(peer, first);
  check_span(frame.data, text);
}

void http_expect_bytes(struct raw_peer *peer, uint8_t first, size_t len)
{
  struct raw_frame frame = read_frame(peer, first);
  assert_int_equal(frame.data.len, len);
}

void http_expect_response(struct raw_peer *peer, const char *id, int status,
                          const char *rest)
{
  char text[1024];

  (void)snprintf(text, sizeof text,
                 "{\"response\":{\"requestId\":\"%s\",\"statusCode\":%d,%s}}",
                 id, status, rest);
  http_expect(peer, HTTP_TEXT, text);
}

static struct hc_exchange *find(struct sim_service *s, int id)
{
  return hc_requests_find(s->world.receivers[0].core, id);
}

static struct hc_fault *fault_of(const struct sim_service *s)
{
  return &s->world.receivers[0].core->surface.fault;
}

int http_answer(struct sim_service *s, int id, int status, const char *body)
{
  struct hc_exchange *x = find(s, id);
  return x == NULL ? HYCO_ENOREQUEST
                   : hc_answer_send(x, status, "Words", hc_span_str(body),
                                    fault_of(s));
}

int http_write(struct sim_service *s, int id, const char *text)
{
  struct hc_exchange *x = find(s, id);
  return x == NULL ? HYCO_ENOREQUEST
                   : hc_answer_write(x, hc_span_str(text), fault_of(s));
}

int http_flush(struct sim_service *s, int id)
{
  struct hc_exchange *x = find(s, id);
  return x == NULL ? HYCO_ENOREQUEST : hc_answer_flush(x, fault_of(s));
}

int http_end(struct sim_service *s, int id)
{
  struct hc_exchange *x = find(s, id);
  return x == NULL ? HYCO_ENOREQUEST : hc_answer_end(x, fault_of(s));
}

int http_add_header(struct sim_service *s, int id, const char *name,
                    const char *value)
{
  struct hc_exchange *x = find(s, id);
  return x == NULL ? HYCO_ENOREQUEST
                   : hc_answer_add_header(x, name, value, fault_of(s));
}

const char *http_words(const struct sim_service *s)
{
  return fault_of(s)->text;
}
