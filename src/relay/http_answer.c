/* Responses as HTTP/1.1: the head anew, the body in the sender's framing. */
#include "relay/http_answer.h"

#include "protocol/http_fields.h"
#include "relay/channel.h"
#include "relay/http_sender.h"
#include "relay/server.h"

enum {
  HEAD_MAX = HC_CONTROL_MAX + 4096,
  NO_LENGTH = -1 /* not known before the body's end */
};

/* RFC 9110 7.6.1: what the listener's own Connection names. */
static bool is_named(const struct hc_control_fields *fields,
                     struct hc_span name)
{
  for (size_t i = 0; i < fields->n; i++) {
    if (hc_span_is_nocase(hc_span_str(fields->list[i].name), "Connection") &&
        hc_http_list_has(hc_span_str(fields->list[i].value), name))
      return true;
  }
  return false;
}

/* RFC 9110 6.6.1: whoever forwards a response without a Date adds one. */
static int write_fields(struct hc_buffer *out,
                        const struct hc_control_fields *fields,
                        const struct hc_net *net)
{
  bool has_date = false;
  int rc = 0;

  for (size_t i = 0; i < fields->n && rc == 0; i++) {
    struct hc_span name = hc_span_str(fields->list[i].name);
    if (hc_http_field_frames(name) || is_named(fields, name))
      continue;
    has_date = has_date || hc_span_is_nocase(name, "Date");
    rc = hc_http_write_field(out, name, hc_span_str(fields->list[i].value));
  }
  return rc < 0 || has_date ? rc : hc_relay_append_date(out, net);
}

/* Its absence marks an answer of the relay's own (spec 4.4). */
static int write_via(struct hc_buffer *out, struct hc_span host)
{
  return hc_buffer_printf(out, "Via: 1.1 %.*s\r\n",
                          host.len > 0 ? (int)host.len : 4,
                          host.len > 0 ? (const char *)host.ptr : "hyco");
}

static int write_framing(struct hc_buffer *out,
                         const struct hc_relay_exchange *e, int status,
                         int64_t length)
{
  bool is_head = hc_span_is(e->head.method, "HEAD");

  if (status == 205 && !is_head)
    return hc_buffer_append_str(out, "Content-Length: 0\r\n");
  if (e->drops_body)
    return 0;
  if (length != NO_LENGTH)
    return hc_buffer_printf(out, "Content-Length: %lld\r\n", (long long)length);
  return e->is_chunked
             ? hc_buffer_append_str(out, "Transfer-Encoding: chunked\r\n")
             : 0;
}

static int write_connection(struct hc_buffer *out,
                            const struct hc_relay_exchange *e)
{
  if (!e->keeps)
    return hc_buffer_append_str(out, "Connection: close\r\n\r\n");
  return hc_buffer_append_str(
      out, e->head.minor == 0 ? "Connection: keep-alive\r\n\r\n" : "\r\n");
}

/* How the body goes, and whether the connection lives on. */
static void decide(struct hc_relay_exchange *e, int status, int64_t length)
{
  bool wants_more =
      e->head.minor == 0
          ? hc_http_has_token(&e->head, "Connection", "keep-alive")
          : !hc_http_has_token(&e->head, "Connection", "close");

  e->drops_body = hc_span_is(e->head.method, "HEAD") || status == 204 ||
                  status == 205 || status == 304;
  e->is_chunked = length == NO_LENGTH && e->head.minor > 0 && !e->drops_body;
  e->keeps = wants_more && e->body_ended && !e->relay->stopping &&
             (e->drops_body || length != NO_LENGTH || e->is_chunked);
}

static int write_head(struct hc_relay_exchange *e,
                      const struct hc_response *response, int64_t length)
{
  const char *text = response->description;
  struct hc_buffer out;

  if (text == NULL || text[0] == '\0')
    text = hc_http_reason(response->status);
  decide(e, response->status, length);
  hc_buffer_init(&out, HEAD_MAX);
  int rc = hc_http_write_status(&out, response->status, hc_span_str(text));
  if (rc == 0)
    rc = write_fields(&out, &response->headers, e->relay->net);
  if (rc == 0)
    rc = write_via(&out, e->request.authority);
  if (rc == 0)
    rc = write_framing(&out, e, response->status, length);
  if (rc == 0)
    rc = write_connection(&out, e);
  if (rc == 0)
    rc = hc_stream_write(e->sender->stream, hc_buffer_span(&out));
  hc_buffer_deinit(&out);
  return rc;
}

/* False: the sender is gone. */
static bool start(struct hc_relay_exchange *e,
                  const struct hc_response *response, int64_t length)
{
  if (response->status < 200) { /* no final answer, and none may follow */
    hc_relay_exchange_fail(e, 502, "The listener's answer is not valid.");
    return false;
  }
  int rc = write_head(e, response, length);
  if (rc == HYCO_ETOOLONG || rc == HYCO_EBADVALUE) {
    hc_relay_exchange_fail(e, 502, "The listener's answer is not valid.");
    return false;
  }
  if (rc != 0) {
    hc_relay_exchange_fail(e, 500, "The relay is out of memory.");
    return false;
  }
  e->phase = HC_RELAY_ANSWER;
  e->is_lost = false;
  hc_relay_exchange_touch(e);
  return true;
}

void hc_relay_answer_whole(struct hc_relay_exchange *e,
                           const struct hc_response *response,
                           struct hc_span body)
{
  if (!start(e, response, (int64_t)body.len))
    return;
  if (!e->drops_body && hc_stream_write(e->sender->stream, body) != 0) {
    hc_relay_exchange_fail(e, 500, "The relay is out of memory.");
    return;
  }
  (void)hc_relay_answer_end(e);
}

bool hc_relay_answer_begin(struct hc_relay_exchange *e,
                           const struct hc_response *response)
{
  if (!start(e, response, response->body ? NO_LENGTH : 0))
    return false;
  e->answers_by_channel = true;
  return response->body || hc_relay_answer_end(e);
}

/* The one copy of a body's byte: out of the input into the sender's stream. */
bool hc_relay_answer_piece(struct hc_relay_exchange *e,
                           const struct hc_ws_chunk *chunk)
{
  uint8_t size_line[HC_HTTP_CHUNK_HEAD_MAX];
  size_t n = chunk->data.len;

  if (e->drops_body || n == 0) {
    hc_relay_exchange_touch(e);
    return true;
  }
  size_t head = e->is_chunked ? hc_http_write_chunk_head(size_line, n) : 0;
  size_t tail = e->is_chunked ? 2 : 0;
  uint8_t *dst = hc_stream_reserve(e->sender->stream, head + n + tail);
  if (dst == NULL) {
    hc_relay_exchange_fail(e, 500, "The relay is out of memory.");
    return false;
  }
  memcpy(dst, size_line, head);
  hc_ws_chunk_copy(dst + head, chunk);
  memcpy(dst + head + n, "\r\n", tail);
  hc_stream_commit(e->sender->stream, head + n + tail);
  hc_relay_exchange_touch(e);
  return true;
}

bool hc_relay_answer_end(struct hc_relay_exchange *e)
{
  bool is_kept = false;

  if (e->is_chunked && hc_stream_write(e->sender->stream,
                                       hc_span_str(HC_HTTP_LAST_CHUNK)) != 0) {
    hc_relay_exchange_fail(e, 500, "The relay is out of memory.");
    return false;
  }
  if (e->channel != NULL)
    is_kept =
        hc_relay_channel_release(e->channel, e->keeps && e->answers_by_channel);
  hc_relay_sender_answered(e->sender, e->keeps);
  return is_kept;
}
