/* HTTP through a relay. */
#include "support/relay_http.h"

#include "support/check.h"

#include <stdlib.h>

void http_start(struct http_world *h, const struct hc_relay_options *options)
{
  memset(h, 0, sizeof *h);
  world_start(&h->w, options);
  world_listen(&h->w, &h->listener, "open");
  raw_dial(&h->sender, h->w.sim, h->w.port);
}

static void forget_request(struct http_world *h)
{
  if (h->has_control)
    hc_control_deinit(&h->control);
  h->has_control = false;
}

void http_finish(struct http_world *h)
{
  forget_request(h);
  raw_close(&h->sender, HC_STREAM_ABORT);
  raw_close(&h->rendezvous, HC_STREAM_ABORT);
  raw_close(&h->listener, HC_STREAM_ABORT);
  world_finish(&h->w);
}

int http_set_up_own(void **state)
{
  *state = calloc(1, sizeof(struct http_world));
  assert_non_null(*state);
  return 0;
}

int http_set_up(void **state)
{
  (void)http_set_up_own(state);
  http_start(*state, NULL);
  return 0;
}

int http_tear_down(void **state)
{
  http_finish(*state);
  free(*state);
  return 0;
}

struct hc_request *http_read_request(struct http_world *h,
                                     struct raw_peer *from)
{
  struct raw_frame frame;
  struct hc_fault fault;

  forget_request(h);
  assert_true(raw_read_frame(from, &frame));
  assert_int_equal(frame.first, 0x81);
  assert_int_equal(hc_control_read(frame.data, &h->control, &fault), 0);
  h->has_control = true;
  assert_int_equal(h->control.kind, HC_CONTROL_REQUEST);
  return &h->control.request;
}

void http_expect_body(struct raw_peer *from, uint8_t first, const char *text)
{
  raw_expect_frame(from, first, text);
}

void http_respond(struct http_world *h, struct raw_peer *from, int status,
                  const char *more)
{
  char text[8192];

  snprintf(text, sizeof text,
           "{\"response\":{\"requestId\":\"%s\",\"statusCode\":%d%s}}",
           h->control.request.id, status, more);
  raw_send_frame(from, 0x81, hc_span_str(text));
}

void http_respond_with(struct http_world *h, struct raw_peer *from,
                       const char *body)
{
  http_respond(h, from, 200, ",\"body\":true");
  raw_send_frame(from, 0x82, hc_span_str(body));
}

int http_fetch(struct http_world *h)
{
  const char *target = strstr(h->control.request.address, "/$hc/");

  assert_non_null(target);
  raw_close(&h->rendezvous, HC_STREAM_ABORT);
  world_send_upgrade(&h->w, &h->rendezvous, target, "");
  return world_answer(&h->w, &h->rendezvous);
}

void http_get(struct http_world *h)
{
  raw_send_str(&h->sender, "GET /open HTTP/1.1\r\nHost: a\r\n\r\n");
  (void)http_read_request(h, &h->listener);
}

int http_answer(struct http_world *h)
{
  return world_answer(&h->w, &h->sender);
}

struct wanted {
  const struct raw_peer *peer;
  size_t n;
};

static bool is_there(void *user_data)
{
  const struct wanted *wanted = user_data;

  return hc_buffer_len(&wanted->peer->received) >= wanted->n;
}

void http_expect_bytes(struct raw_peer *peer, const char *text)
{
  struct wanted wanted = { peer, strlen(text) };

  assert_true(sim_run_until(peer->sim, is_there, &wanted, RAW_WAIT_MS));
  struct hc_span got = hc_buffer_span(&peer->received);
  got.len = wanted.n;
  check_span(got, text);
  hc_buffer_drop(&peer->received, wanted.n);
}

int http_refused(struct http_world *h, const char *request)
{
  struct raw_peer peer;

  raw_dial(&peer, h->w.sim, h->w.port);
  raw_send_str(&peer, request);
  int status = world_answer(&h->w, &peer);
  raw_expect_end(&peer, 0);
  raw_close(&peer, HC_STREAM_CLEAN);
  return status;
}
