/* What a listener says on its control channel: pings, Close, messages. */
#include "base/crypto.h"
#include "base/memory.h"
#include "protocol/control.h"
#include "relay/frame.h"
#include "relay/http_answer.h"
#include "relay/listener_internal.h"

void hc_relay_listener_forget_message(struct hc_relay_listener *l)
{
  if (l->message.data != NULL)
    hc_wipe(l->message.data, l->message.cap);
  hc_buffer_clear(&l->message);
  hc_buffer_trim(&l->message);
}

/* Echoes the Close (RFC 6455 5.5.1). */
static void on_close(struct hc_relay_listener *l,
                     const struct hc_ws_chunk *chunk)
{
  uint8_t body[HC_WS_CONTROL_MAX];
  struct hc_span reason;
  int code;

  hc_ws_chunk_copy(body, chunk);
  if (hc_ws_read_close(hc_span_of(body, chunk->data.len), &code, &reason) !=
      0) {
    hc_relay_listener_close_with(l, HC_CLOSE_PROTOCOL_ERROR, "bad Close");
    return;
  }
  (void)hc_relay_write_frame(l->stream, HC_WS_CLOSE,
                             hc_span_of(body, chunk->data.len));
  hc_relay_listener_end(l, HC_STREAM_CLEAN, "closed by the listener");
}

/* False: the listener is gone. */
static bool renew(struct hc_relay_listener *l, const char *token)
{
  const struct hc_relay *relay = l->relay;
  const struct hc_relay_scope scope = {
    .entity_rules = &l->endpoint->rules,
    .rules = &l->endpoint->registry->rules,
    .host = hc_span_str(l->host),
    .path = hc_span_str(l->endpoint->name),
    .right = HC_RIGHT_LISTEN,
    .now_s = hc_net_wall_s(relay->net),
    .grace_s = relay->settings.token_grace_s,
    .accept_any_jwt = relay->accept_any_jwt,
  };
  struct hc_relay_refusal no =
      hc_relay_check_token(hc_span_str(token), &scope, &l->expiry_s);

  if (no.status != 0) {
    hc_relay_event(&relay->log, hc_relay_refusal_event(no), &l->tracking,
                   no.text);
    hc_relay_listener_close_with(l, HC_CLOSE_POLICY, no.text);
    return false;
  }
  hc_relay_listener_check_expiry(l);
  return true;
}

void hc_relay_listener_forget_answer(struct hc_relay_listener *l)
{
  if (l->answer_is_due)
    hc_control_deinit(&l->answer);
  l->answer_is_due = false;
  hc_buffer_clear(&l->body);
  hc_buffer_trim(&l->body);
}

/* NULL: the request has been answered, or given up, meanwhile, or is another
 * listener's. */
static struct hc_relay_exchange *find_own(const struct hc_relay_listener *l,
                                          const char *id)
{
  struct hc_relay_exchange *e = hc_relay_exchange_find(l->relay, id);
  bool is_anothers = e != NULL && e->listener != NULL && e->listener != l;

  return is_anothers ? NULL : e;
}

static void answer(const struct hc_relay_listener *l,
                   const struct hc_response *response, struct hc_span body)
{
  struct hc_relay_exchange *e = find_own(l, response->request_id);

  if (e != NULL)
    hc_relay_answer_whole(e, response, body);
}

static void fail_answer(struct hc_relay_listener *l, const char *why)
{
  struct hc_relay_exchange *e = find_own(l, l->answer.response.request_id);

  hc_relay_listener_forget_answer(l);
  if (e != NULL)
    hc_relay_exchange_fail(e, 502, why);
}

/* True: its body is to come. */
static bool on_response(struct hc_relay_listener *l,
                        const struct hc_control *control)
{
  if (l->answer_is_due)
    fail_answer(l, "The listener's answer has no body.");
  if (!control->response.body) {
    answer(l, &control->response, hc_span_of(NULL, 0));
    return false;
  }
  l->answer = *control;
  l->answer_is_due = true;
  return true;
}

/* Held until it is whole: it is short, and the channel is for all. */
static void on_body(struct hc_relay_listener *l,
                    const struct hc_ws_chunk *chunk)
{
  uint8_t *dst = hc_buffer_reserve(&l->body, chunk->data.len);

  if (dst == NULL) {
    fail_answer(l, "The listener's answer is too long for the control "
                   "channel.");
    return;
  }
  hc_ws_chunk_copy(dst, chunk);
  hc_buffer_commit(&l->body, chunk->data.len);
  if (!chunk->message_end)
    return;
  answer(l, &l->answer.response, hc_buffer_span(&l->body));
  hc_relay_listener_forget_answer(l);
}

/* An answer that cannot be read costs its own request; the channel is for all
 * of them. What is no answer at all says that the two do not speak the same
 * language: the channel ends. */
static bool refuse_message(struct hc_relay_listener *l,
                           const struct hc_fault *fault)
{
  char *id;

  if (!hc_control_is_bad_response(hc_buffer_span(&l->message), &id)) {
    hc_relay_listener_close_with(l, HC_CLOSE_BAD_DATA, fault->text);
    return false;
  }
  hc_relay_event(&l->relay->log, "ListenerAnswerInvalid", &l->tracking,
                 fault->text);
  struct hc_relay_exchange *e = id != NULL ? find_own(l, id) : NULL;
  hc_free(id);
  if (e != NULL)
    hc_relay_exchange_fail(e, 502, "The listener's answer is not valid.");
  return true;
}

static bool on_message(struct hc_relay_listener *l)
{
  struct hc_control control;
  struct hc_fault fault;
  bool alive = true;

  if (hc_control_read(hc_buffer_span(&l->message), &control, &fault) != 0)
    return refuse_message(l, &fault);
  if (control.kind == HC_CONTROL_RENEW_TOKEN)
    alive = renew(l, control.token);
  else if (control.kind == HC_CONTROL_RESPONSE && on_response(l, &control))
    return true; /* it is kept */
  hc_control_deinit(&control);
  return alive;
}

/* A binary message that no response announced is ignored: some SDKs send stray
 * empty ones (spec 1.8). */
static bool on_piece(struct hc_relay_listener *l,
                     const struct hc_ws_chunk *chunk)
{
  if (chunk->message != HC_WS_TEXT) {
    if (l->answer_is_due)
      on_body(l, chunk);
    return true;
  }

  uint8_t *dst = hc_buffer_reserve(&l->message, chunk->data.len);
  if (dst == NULL) {
    hc_relay_listener_close_with(l, HC_CLOSE_TOO_BIG,
                                 "the message is too long");
    return false;
  }
  hc_ws_chunk_copy(dst, chunk);
  hc_buffer_commit(&l->message, chunk->data.len);
  if (!chunk->message_end)
    return true;
  if (!on_message(l))
    return false;
  hc_relay_listener_forget_message(l);
  return true;
}

static bool on_chunk(struct hc_relay_listener *l,
                     const struct hc_ws_chunk *chunk)
{
  switch (chunk->head.opcode) {
  case HC_WS_PING:
    hc_relay_answer_ping(l->stream, chunk);
    return true;
  case HC_WS_PONG:
    return true;
  case HC_WS_CLOSE:
    on_close(l, chunk);
    return false;
  default:
    return on_piece(l, chunk);
  }
}

void hc_relay_listener_on_data(void *user_data, struct hc_span *in)
{
  struct hc_relay_listener *l = user_data;
  struct hc_ws_chunk chunk;
  int rc;

  while ((rc = hc_ws_read(&l->reader, in, &chunk)) > 0) {
    if (!on_chunk(l, &chunk))
      return;
  }
  if (rc < 0)
    hc_relay_listener_close_with(l, HC_CLOSE_PROTOCOL_ERROR, l->reader.error);
}
