/* A service on the simulated net for fuzz targets. */
#include "service.h"

#include "base/utf8.h"
#include "protocol/handshake.h"
#include "protocol/ws.h"

#include <stdio.h>
#include <stdlib.h>

enum {
  PORT = 20000,
  STEP_MS = 20,    /* longer than the way there and back */
  END_MS = 100000, /* longer than every timeout of a handshake */
  PIECES_MAX = 64  /* then the rest comes at once */
};

static void require(bool ok)
{
  if (!ok)
    abort();
}

static void say(struct service_peer *peer, const char *text)
{
  require(hc_stream_write(peer->stream, hc_span_str(text)) == 0);
}

/* A rendezvous, for which the control channel is there first. */
static bool is_second(const struct service *s)
{
  return s->plan->leg == SERVICE_ACCEPTED || s->plan->leg == SERVICE_REQUEST;
}

static bool is_the_peer(const struct service_peer *peer)
{
  const struct service *s = peer->service;
  return peer == &s->peers[is_second(s) ? 1 : 0];
}

static void answer(struct service_peer *peer, const char *head)
{
  static const char name[] = "\r\nSec-WebSocket-Key: ";
  char accept[HC_WS_ACCEPT_LEN + 1];
  char text[256];
  const char *key = strstr(head, name);

  require(key != NULL);
  key += sizeof name - 1;
  require(hc_ws_make_accept(accept, hc_span_of(key, strcspn(key, "\r"))) == 0);
  (void)snprintf(text, sizeof text,
                 "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n"
                 "Connection: Upgrade\r\nSec-WebSocket-Accept: %s\r\n\r\n",
                 accept);
  if (!is_the_peer(peer) || !peer->service->plan->raw)
    say(peer, text);
  peer->upgraded = true;
}

static void offer(struct service_peer *control)
{
  static const char accept[] =
      "{\"accept\":{\"address\":\"ws://localhost:20000/$hc/hyco?"
      "sb-hc-action=accept&sb-hc-id=1\",\"id\":\"1\","
      "\"connectHeaders\":{}}}";
  static const char pointer[] =
      "{\"request\":{\"address\":\"ws://localhost:20000/$hc/hyco?"
      "sb-hc-action=request&sb-hc-id=1\",\"id\":\"1\"}}";
  const char *message =
      control->service->plan->leg == SERVICE_REQUEST ? pointer : accept;
  uint8_t head[HC_WS_HEAD_MAX];
  const struct hc_ws_head frame = { .opcode = HC_WS_TEXT,
                                    .fin = true,
                                    .len = strlen(message) };
  size_t n = hc_ws_write_head(head, &frame);

  require(hc_stream_write(control->stream, hc_span_of(head, n)) == 0);
  say(control, message);
}

/* A response, as a relay reads it. */
static void hear_text(struct service_peer *peer)
{
  struct hc_control control;
  struct hc_fault fault;

  require(!peer->body_due);
  require(hc_control_read(hc_buffer_span(&peer->received), &control, &fault) ==
          0);
  require(control.kind == HC_CONTROL_RESPONSE);
  peer->body_due = control.response.body;
  peer->service->n_answered++;
  hc_control_deinit(&control);
}

static void hear_chunk(struct service_peer *peer,
                       const struct hc_ws_chunk *chunk)
{
  if (chunk->message == HC_WS_BINARY) {
    require(peer->body_due);
    peer->body_due = !chunk->message_end;
  } else if (chunk->message == HC_WS_TEXT) {
    uint8_t *dst = hc_buffer_reserve(&peer->received, chunk->data.len);
    require(dst != NULL);
    hc_ws_chunk_copy(dst, chunk);
    hc_buffer_commit(&peer->received, chunk->data.len);
    if (!chunk->message_end)
      return;
    hear_text(peer);
    hc_buffer_clear(&peer->received);
  }
}

/* What a receiver says on a rendezvous for requests are whole answers; the
 * other legs' words do not matter. */
static void hear(struct service_peer *peer, struct hc_span *in)
{
  struct hc_ws_chunk chunk;
  int rc = 1;

  if (peer->service->plan->leg != SERVICE_REQUEST || !is_the_peer(peer)) {
    hc_span_drop(in, in->len);
    return;
  }
  while (rc == 1) {
    rc = hc_ws_read(&peer->reader, in, &chunk);
    require(rc >= 0);
    if (rc == 1 && chunk.head.opcode < HC_WS_CLOSE)
      hear_chunk(peer, &chunk);
  }
}

static void on_data(void *user_data, struct hc_span *in)
{
  struct service_peer *peer = user_data;
  char head[SERVICE_HEAD_MAX];

  if (peer->upgraded) {
    hear(peer, in);
    return;
  }
  require(in->len < sizeof head);
  memcpy(head, in->ptr, in->len);
  head[in->len] = '\0';
  if (strstr(head, "\r\n\r\n") == NULL)
    return;
  hc_span_drop(in, in->len);
  answer(peer, head);
  if (is_second(peer->service) && !is_the_peer(peer))
    offer(peer);
}

static void hang_up(struct service_peer *peer, enum hc_stream_close how)
{
  hc_stream_close(peer->stream, how);
  peer->stream = NULL;
}

static void on_end(void *user_data, const struct hc_fault *fault)
{
  (void)fault;
  hang_up(user_data, HC_STREAM_CLEAN);
}

/* Whoever else is asked to come by the input is turned away. */
static void on_accept(void *user_data, struct hc_stream *stream)
{
  static const struct hc_stream_handler handler = { .on_data = on_data,
                                                    .on_end = on_end };
  struct service *s = user_data;
  size_t max = is_second(s) ? 2 : 1;

  if (s->n_peers == max) {
    hc_stream_close(stream, HC_STREAM_ABORT);
    return;
  }
  struct service_peer *peer = &s->peers[s->n_peers++];
  *peer = (struct service_peer){ .service = s, .stream = stream };
  hc_buffer_init(&peer->received, HC_CONTROL_MAX);
  hc_ws_reader_init(&peer->reader, HC_WS_FROM_CLIENT);
  hc_stream_set_handler(stream, &handler, peer);
}

static void over(struct service *s, int code)
{
  require(!s->is_over);
  s->is_over = true;
  s->code = code;
  split_report(s->report, "over %d\n", code);
}

static void connected(struct service *s, int code)
{
  require(!s->opened && !s->is_over);
  if (code == 0)
    s->opened = true;
  else
    over(s, code);
}

/* Only whole messages are the same for any cut: a text is checked as it comes.
 */
static void data_in(struct service *s, hyco_format format, struct hc_span data,
                    bool eom)
{
  require(s->opened && !s->is_over);
  require(hc_buffer_append(&s->message, data) == 0);
  if (!eom)
    return;
  struct hc_span whole = hc_buffer_span(&s->message);
  require(format != HYCO_FORMAT_TEXT || hc_utf8_valid(whole));
  split_report(s->report, "format %d: ", (int)format);
  split_report_bytes(s->report, whole);
  split_report(s->report, "\n");
  hc_buffer_clear(&s->message);
}

static void receiver_connected(hyco_receiver *self, const hyco_connected *e,
                               void *user_data)
{
  struct service *s = user_data;
  (void)self;
  if (s->plan->leg == SERVICE_CONTROL)
    connected(s, e->status_code);
  else
    require(e->status_code == 0);
}

static void receiver_disconnected(hyco_receiver *self,
                                  const hyco_disconnected *e, void *user_data)
{
  struct service *s = user_data;
  (void)self;
  if (s->plan->leg == SERVICE_CONTROL)
    over(s, e->status_code);
}

static void request(hyco_receiver *self, hyco_connection_request *e,
                    void *user_data)
{
  struct service *s = user_data;
  (void)self;
  split_report(s->report, "request ");
  split_report_bytes(s->report, hc_span_str(e->id));
  split_report_bytes(s->report, hc_span_str(e->connect_headers));
  split_report(s->report, " %d\n", e->remote_port);
}

static void receiver_error(hyco_receiver *self, const hyco_error_event *e,
                           void *user_data)
{
  struct service *s = user_data;
  (void)self;
  require(e->error_code > 0 && e->description[0] != '\0');
  if (s->plan->leg == SERVICE_ACCEPTED)
    connected(s, e->error_code);
  else if (e->error_code != -HYCO_ERENDEZVOUS) /* when, depends on the wire */
    split_report(s->report, "error %d\n", e->error_code);
}

/* Answered at once with its own body. */
static void http_request(hyco_receiver *self, const hyco_http_request *e,
                         void *user_data)
{
  struct service *s = user_data;
  struct hc_span body = hc_span_of(e->request_data, e->request_data_len);
  struct hc_exchange *x = hc_requests_find(s->receiver, e->connection_id);
  struct hc_fault fault;

  (void)self;
  require(x != NULL && e->request_method[0] != '\0');
  s->n_told++;
  split_report(s->report, "http ");
  split_report_bytes(s->report, hc_span_str(e->id));
  split_report_bytes(s->report, hc_span_str(e->request_method));
  split_report_bytes(s->report, hc_span_str(e->request_target));
  split_report_bytes(s->report, hc_span_str(e->request_headers));
  split_report_bytes(s->report, body);
  split_report(s->report, " %d\n", e->remote_port);
  (void)hc_answer_send(x, 200, "Words", body, &fault);
}

static void connection_connected(hyco_receiver *self, int id, void *user_data)
{
  (void)self;
  (void)id;
  connected(user_data, 0);
}

static void connection_data(hyco_receiver *self,
                            const hyco_connection_data_in *e, void *user_data)
{
  (void)self;
  data_in(user_data, e->data_format, hc_span_of(e->data, e->len), e->eom);
}

static void end(struct service *s, int code)
{
  require(s->plan->half_close);
  split_report(s->report, "end %d\n", code);
}

static void connection_end(hyco_receiver *self,
                           const hyco_connection_disconnected *e,
                           void *user_data)
{
  (void)self;
  end(user_data, e->status_code);
}

static void connection_error(hyco_receiver *self, const hyco_error_event *e,
                             void *user_data)
{
  struct service *s = user_data;
  (void)self;
  (void)e;
  s->said_error = true;
}

static void connection_disconnected(hyco_receiver *self,
                                    const hyco_connection_disconnected *e,
                                    void *user_data)
{
  (void)self;
  over(user_data, e->status_code);
}

static const hyco_receiver_events receiver_events = {
  .on_connected = receiver_connected,
  .on_disconnected = receiver_disconnected,
  .on_connection_request = request,
  .on_connection_connected = connection_connected,
  .on_connection_data_in = connection_data,
  .on_connection_end = connection_end,
  .on_connection_error = connection_error,
  .on_connection_disconnected = connection_disconnected,
  .on_error = receiver_error,
  .on_http_request = http_request,
};

static void sender_connected(hyco_sender *self, const hyco_connected *e,
                             void *user_data)
{
  (void)self;
  connected(user_data, e->status_code);
}

static void sender_data(hyco_sender *self, const hyco_data_in *e,
                        void *user_data)
{
  (void)self;
  data_in(user_data, e->data_format, hc_span_of(e->data, e->len), e->eom);
}

static void sender_end(hyco_sender *self, const hyco_disconnected *e,
                       void *user_data)
{
  (void)self;
  end(user_data, e->status_code);
}

static void sender_error(hyco_sender *self, const hyco_error_event *e,
                         void *user_data)
{
  struct service *s = user_data;
  (void)self;
  (void)e;
  s->said_error = true;
}

static void sender_disconnected(hyco_sender *self, const hyco_disconnected *e,
                                void *user_data)
{
  (void)self;
  over(user_data, e->status_code);
}

static const hyco_sender_events sender_events = {
  .on_connected = sender_connected,
  .on_data_in = sender_data,
  .on_end = sender_end,
  .on_error = sender_error,
  .on_disconnected = sender_disconnected,
};

static void set_up(struct hc_surface *surface, bool half_close)
{
  static const char string[] =
      "Endpoint=sb://localhost:20000/;SharedAccessKeyName=n;"
      "SharedAccessKey=k;EntityPath=hyco;UseDevelopmentEmulator=true";

  require(hc_surface_set_connection_string(surface, string) == 0);
  require(hc_surface_config(surface, half_close ? "HalfClose=1" : "HalfClose=0",
                            NULL) == 0);
}

static void start_role(struct service *s)
{
  struct hc_net *net = sim_net(s->sim);

  if (s->plan->leg == SERVICE_SENDER) {
    require(hc_sender_new(net, NULL, &sender_events, s, &s->sender) == 0);
    set_up(&s->sender->surface, s->plan->half_close);
    require(hc_sender_start(s->sender) == 0);
    return;
  }
  require(hc_receiver_new(net, NULL, &receiver_events, s, &s->receiver) == 0);
  set_up(&s->receiver->surface, s->plan->half_close);
  require(hc_surface_config(&s->receiver->surface, "AutoReconnect=0", NULL) ==
          0);
  require(hc_receiver_start(s->receiver, false) == 0);
}

static void start(struct service *s)
{
  static const struct hc_listener_handler handler = { .on_accept = on_accept };
  const struct hc_listen where = { .host = "127.0.0.1", .port = PORT };
  struct hc_fault fault;

  s->sim = sim_new(1);
  require(hc_listen(sim_net(s->sim), &where, &handler, s, &s->listener,
                    &fault) == 0);
  start_role(s);
  sim_run(s->sim, 10 * STEP_MS);
}

/* The role may have hung up already. */
static void send_input(struct service *s)
{
  struct service_peer *peer = &s->peers[is_second(s) ? 1 : 0];
  size_t first = s->plan->first;
  size_t n = first < s->input.len ? first : s->input.len;

  for (int i = 0; s->input.len > 0 && peer->stream != NULL; i++) {
    require(hc_stream_write(peer->stream, hc_span_of(s->input.ptr, n)) == 0);
    sim_run(s->sim, STEP_MS);
    hc_span_drop(&s->input, n);
    n = s->plan->piece < s->input.len && i < PIECES_MAX ? s->plan->piece
                                                        : s->input.len;
  }
  hang_up(peer, s->plan->resets ? HC_STREAM_ABORT : HC_STREAM_CLEAN);
  sim_run(s->sim, END_MS);
}

static void finish(struct service *s)
{
  for (size_t i = 0; i < s->n_peers; i++)
    hang_up(&s->peers[i], HC_STREAM_ABORT);
  for (size_t i = 0; i < s->n_peers; i++)
    hc_buffer_deinit(&s->peers[i].received);
  hc_receiver_free(s->receiver);
  hc_sender_free(s->sender);
  hc_listener_close(s->listener);
  sim_run(s->sim, HC_STREAM_LINGER_MS + STEP_MS);
  require(sim_open_handles(s->sim) == 0);
  sim_free(s->sim);
  hc_buffer_deinit(&s->message);
}

void service_run(struct service *s, const struct service_plan *plan,
                 struct hc_span input, struct hc_buffer *report)
{
  memset(s, 0, sizeof *s);
  s->plan = plan;
  s->input = input;
  s->report = report;
  hc_buffer_init(&s->message, SERVICE_INPUT_MAX);
  start(s);
  send_input(s);
  if (plan->leg == SERVICE_REQUEST) { /* its end is told to nobody */
    require(hc_requests_are_over(&s->receiver->requests));
    over(s, 0);
  }
  require(s->is_over);
  finish(s);
}

void service_run_both(struct service *s, struct service_plan *plan,
                      struct hc_span input)
{
  struct service_plan whole_plan = *plan;
  struct hc_buffer whole;
  struct hc_buffer cut;

  whole_plan.first = input.len;
  hc_buffer_init(&whole, SPLIT_REPORT_MAX);
  hc_buffer_init(&cut, SPLIT_REPORT_MAX);
  service_run(s, &whole_plan, input, &whole);
  service_run(s, plan, input, &cut);
  if (!hc_span_equal(hc_buffer_span(&whole), hc_buffer_span(&cut))) {
    (void)fprintf(
        stderr, "whole:\n%.*s\ncut:\n%.*s\n", (int)hc_buffer_len(&whole),
        (const char *)hc_buffer_span(&whole).ptr, (int)hc_buffer_len(&cut),
        (const char *)hc_buffer_span(&cut).ptr);
    abort();
  }
  hc_buffer_deinit(&cut);
  hc_buffer_deinit(&whole);
}

static bool text_is_good(struct hc_utf8 *utf8, const struct hc_ws_chunk *chunk)
{
  if (chunk->message != HC_WS_TEXT || chunk->head.opcode >= HC_WS_CLOSE)
    return true;
  if (chunk->message_start)
    *utf8 = (struct hc_utf8){ 0 };
  return hc_utf8_feed(utf8, chunk->data) &&
         (!chunk->message_end || hc_utf8_is_whole(utf8));
}

/* What stands behind the answer to the handshake. */
static struct hc_span frames_of(const struct service_plan *plan,
                                struct hc_span input)
{
  const uint8_t *end = NULL;

  if (!plan->raw)
    return input;
  if (input.len > 0)
    end = memmem(input.ptr, input.len, "\r\n\r\n", 4);
  hc_span_drop(&input, end != NULL ? (size_t)(end + 4 - input.ptr) : input.len);
  return input;
}

int service_close_of(const struct service_plan *plan, struct hc_span input)
{
  struct hc_span frames = frames_of(plan, input);
  struct hc_ws_reader reader;
  struct hc_ws_chunk chunk;
  struct hc_utf8 utf8 = { 0 };
  struct hc_span reason;
  int code;

  hc_ws_reader_init(&reader, HC_WS_FROM_SERVER);
  while (hc_ws_read(&reader, &frames, &chunk) == 1) {
    if (!text_is_good(&utf8, &chunk))
      return 0;
    if (chunk.head.opcode != HC_WS_CLOSE)
      continue;
    return hc_ws_read_close(chunk.data, &code, &reason) == 0 ? code : 0;
  }
  return 0;
}
