/* The answer to one HTTP request: what was said, and which way it goes. */
#include "receiver/answer.h"
#include "base/memory.h"
#include "protocol/http1.h"
#include "protocol/http_fields.h"
#include "receiver/receiver.h"
#include "session/connection.h"

enum {
  STATUS_OK = 200,
  STATUS_NO_CONTENT = 204,
  STATUS_NOT_MODIFIED = 304,
  STATUS_OUR_ERROR = 500,
  STATUS_BAD_GATEWAY = 502,
  STATUS_GATEWAY_TIMEOUT = 504,
  STATUS_MAX = 999,
  PIECE = 1 << 16 /* handed to the connection at a time */
};

void hc_answer_init(struct hc_answer *a)
{
  memset(a, 0, sizeof *a);
  a->status = STATUS_OK;
  hc_buffer_init(&a->body, SIZE_MAX / 2);
}

void hc_answer_deinit(struct hc_answer *a)
{
  for (size_t i = 0; i < a->n_headers; i++)
    hc_free((void *)(uintptr_t)a->headers[i].name.ptr);
  hc_free(a->headers);
  a->headers = NULL;
  a->n_headers = 0;
  hc_free(a->description);
  a->description = NULL;
  hc_buffer_deinit(&a->body);
}

/* RFC 9110 6.4.1: such answers have no content whatever was written. */
static bool is_bodiless(const struct hc_exchange *x)
{
  const char *method = x->info.method;
  int status = x->answer.status;

  return status == STATUS_NO_CONTENT || status == STATUS_NOT_MODIFIED ||
         (method != NULL && strcmp(method, "HEAD") == 0);
}

static int write_head(const struct hc_exchange *x, bool has_body,
                      struct hc_buffer *out, struct hc_fault *fault)
{
  const struct hc_answer *a = &x->answer;
  struct hc_response_out head = {
    .request_id = hc_span_str(x->info.id != NULL ? x->info.id : ""),
    .status = a->status,
    .description = hc_span_str(a->description != NULL ? a->description : ""),
    .headers = a->headers,
    .n_headers = a->n_headers,
    .body = has_body,
  };

  hc_buffer_init(out, HC_CONTROL_MAX);
  int rc = hc_control_write_response(out, &head);
  if (rc < 0)
    hc_buffer_deinit(out);
  return rc < 0 ? hc_fault_set(fault, rc, "%s", hyco_strerror(rc)) : 0;
}

bool hc_answer_is_complete(const struct hc_exchange *x)
{
  return x->answer.head_sent && !x->answer.has_body;
}

/* It is all with the connection or the channel. */
static void finish(struct hc_exchange *x)
{
  struct hc_request_rendezvous *v = x->rendezvous;
  struct hc_receiver *r = x->receiver;

  x->outcome = 0;
  hc_exchange_free(x);
  if (v != NULL)
    hc_request_rendezvous_answered(v);
  hc_log_line_of(&r->log, HC_LOG_INFO, x->id, "request %d answered: %d", x->id,
                 x->answer.status);
}

/* HYCO_EWOULDBLOCK: that way is closed or full. */
static int send_by_channel(struct hc_exchange *x, struct hc_fault *fault)
{
  struct hc_receiver *r = x->receiver;
  struct hc_span body = hc_buffer_span(&x->answer.body);
  struct hc_buffer head;

  if (r->channel == NULL || x->channel != r->requests.channel ||
      x->rendezvous != NULL)
    return HYCO_EWOULDBLOCK;
  bool has_body = body.len > 0 && !is_bodiless(x);
  if (has_body && body.len > HC_ANSWER_BY_CHANNEL_MAX)
    return HYCO_EWOULDBLOCK;
  int rc = write_head(x, has_body, &head, fault);
  if (rc < 0)
    return rc;
  rc = hc_control_channel_respond(r->channel, hc_buffer_span(&head),
                                  has_body ? &body : NULL);
  hc_buffer_deinit(&head);
  if (rc < 0)
    return hc_fault_set(fault, rc, "%s", hyco_strerror(rc));
  x->status = x->answer.status;
  x->bytes_out = has_body ? body.len : 0;
  finish(x);
  return 0;
}

static int push_head(struct hc_exchange *x, struct hc_fault *fault)
{
  struct hc_answer *a = &x->answer;
  struct hc_buffer head;
  bool has_body = !is_bodiless(x) && (!a->ended || hc_buffer_len(&a->body) > 0);

  int rc = write_head(x, has_body, &head, fault);
  if (rc < 0)
    return rc;
  rc = hc_connection_send(x->rendezvous->connection, HC_WS_TEXT,
                          hc_buffer_span(&head));
  hc_buffer_deinit(&head);
  a->head_sent = rc == 0;
  x->status = rc == 0 ? a->status : 0;
  a->has_body = has_body;
  if (!has_body)
    hc_buffer_deinit(&a->body);
  return rc;
}

/* 0 once nothing waits; HYCO_EWOULDBLOCK: the connection tells. */
static int push_body(struct hc_exchange *x)
{
  struct hc_answer *a = &x->answer;
  struct hc_connection *c = x->rendezvous->connection;
  bool last = false;

  while (a->has_body && !last && (a->ended || hc_buffer_len(&a->body) > 0)) {
    struct hc_span piece = hc_buffer_span(&a->body);
    last = a->ended && piece.len <= PIECE;
    if (piece.len > PIECE)
      piece.len = PIECE;
    int rc = hc_connection_send_piece(c, HC_WS_BINARY, piece, last);
    if (rc < 0)
      return rc;
    x->bytes_out += piece.len;
    hc_buffer_drop(&a->body, piece.len);
  }
  hc_buffer_trim(&a->body);
  return 0;
}

int hc_answer_push(struct hc_exchange *x, struct hc_fault *fault)
{
  int rc = 0;

  if (x->rendezvous == NULL || !x->rendezvous->is_open)
    return 0;
  fault->code = 0;
  if (!x->answer.head_sent)
    rc = push_head(x, fault);
  if (rc == 0)
    rc = push_body(x);
  if (rc == HYCO_EWOULDBLOCK)
    return 0;
  if (rc < 0)
    return fault->code != 0 ? rc
                            : hc_fault_set(fault, rc, "%s", hyco_strerror(rc));
  if (x->answer.ended)
    finish(x);
  return 0;
}

/* Inside a call of the application: a connection that closes will say so
 * itself, anything else ends the exchange later. */
static void push_now(struct hc_exchange *x)
{
  struct hc_fault fault;
  int rc = hc_answer_push(x, &fault);

  if (rc < 0 && rc != HYCO_ENOTCONNECTED)
    hc_exchange_break(x, rc);
}

bool hc_answer_is_ready(const struct hc_exchange *x)
{
  const struct hc_request_rendezvous *v = x->rendezvous;
  size_t waiting = hc_buffer_len(&x->answer.body);

  if (v != NULL && v->is_open)
    return waiting == 0 && hc_connection_is_open(v->connection) &&
           !hc_connection_would_block(v->connection);
  return waiting < (size_t)hc_properties_number(&x->receiver->surface.props,
                                                HYCO_OUT_BUFFER_SIZE);
}

/* From here on it goes by rendezvous. */
static int begin(struct hc_exchange *x, struct hc_fault *fault)
{
  const struct hc_request_rendezvous *v = x->rendezvous;

  if (v == NULL && hc_answer_is_complete(x))
    return 0; /* it serves the next request */
  if (v != NULL && v->is_open && !hc_connection_is_open(v->connection))
    return hc_fault_set(fault, HYCO_ENOTCONNECTED, "the sender has gone");
  if (v == NULL && x->info.address == NULL)
    return hc_fault_set(fault, HYCO_ERENDEZVOUS,
                        "the service gave no address to answer at");
  int rc = v != NULL ? 0
                     : hc_request_rendezvous_open(x->receiver, x->info.address,
                                                  x, fault);
  if (rc == 0) {
    x->answer.begun = true;
    hc_net_timer_cancel(x->receiver->net, &x->deadline);
  }
  return rc;
}

/* The way of an answer that has ended. */
static int send_whole(struct hc_exchange *x, struct hc_fault *fault)
{
  int rc = x->answer.begun ? HYCO_EWOULDBLOCK : send_by_channel(x, fault);

  if (rc != HYCO_EWOULDBLOCK)
    return rc;
  rc = begin(x, fault);
  if (rc < 0)
    return rc;
  if (x->rendezvous == NULL) {
    finish(x);
    return 0;
  }
  x->answer.ended = true;
  hc_exchange_retire(x);
  push_now(x);
  return 0;
}

static int check_status(int status, struct hc_fault *fault)
{
  if (status >= STATUS_OK && status <= STATUS_MAX &&
      status != STATUS_BAD_GATEWAY && status != STATUS_GATEWAY_TIMEOUT)
    return 0;
  return hc_fault_set(fault, HYCO_EBADSTATUS,
                      "status %d: allowed are 200 to 999 but 502 and 504",
                      status);
}

static int check_not_begun(const struct hc_exchange *x, struct hc_fault *fault)
{
  if (!x->answer.begun)
    return 0;
  return hc_fault_set(fault, HYCO_ENOREQUEST,
                      "the answer to request %d has begun", x->id);
}

int hc_answer_set_any_status(struct hc_exchange *x, int status,
                             const char *description, struct hc_fault *fault)
{
  struct hc_span text = hc_span_str(description != NULL ? description : "");

  if (text.len > HC_ANSWER_REASON_MAX)
    return hc_fault_set(fault, HYCO_ETOOLONG,
                        "a status description of %zu bytes, allowed are %d",
                        text.len, HC_ANSWER_REASON_MAX);
  if (!hc_http_value_is_legal(text))
    return hc_fault_set(fault, HYCO_EBADVALUE,
                        "the status description holds a control character, or "
                        "begins or ends with a blank");
  char *copy = hc_strndup((const char *)text.ptr, text.len);
  if (copy == NULL)
    return hc_fault_set(fault, HYCO_ENOMEM, "out of memory");
  hc_free(x->answer.description);
  x->answer.description = copy;
  x->answer.status = status;
  return 0;
}

int hc_answer_set_status(struct hc_exchange *x, int status,
                         const char *description, struct hc_fault *fault)
{
  int rc = check_status(status, fault);

  if (rc == 0)
    rc = check_not_begun(x, fault);
  return rc == 0 ? hc_answer_set_any_status(x, status, description, fault) : rc;
}

int hc_answer_send_any(struct hc_exchange *x, int status,
                       const char *description, struct hc_span body,
                       struct hc_fault *fault)
{
  int rc = hc_answer_set_any_status(x, status, description, fault);

  if (rc < 0)
    return rc;
  rc = hc_buffer_append(&x->answer.body, body);
  if (rc < 0)
    return hc_fault_set(fault, HYCO_ENOMEM, "out of memory");
  rc = send_whole(x, fault);
  if (rc < 0)
    hc_buffer_deinit(&x->answer.body);
  return rc;
}

int hc_answer_send(struct hc_exchange *x, int status, const char *description,
                   struct hc_span body, struct hc_fault *fault)
{
  int rc = check_status(status, fault);

  if (rc == 0)
    rc = check_not_begun(x, fault);
  if (rc == 0 && hc_buffer_len(&x->answer.body) > 0)
    rc = hc_fault_set(fault, HYCO_ENOREQUEST,
                      "the answer to request %d has been written to", x->id);
  return rc == 0 ? hc_answer_send_any(x, status, description, body, fault) : rc;
}

/* What it takes in JSON, at most: quotes and backslashes are escaped, bytes
 * that are not UTF-8 become two. */
static size_t json_size(struct hc_span text)
{
  size_t n = text.len;

  for (size_t i = 0; i < text.len; i++)
    if (text.ptr[i] == '"' || text.ptr[i] == '\\' || text.ptr[i] >= 0x80 ||
        text.ptr[i] == '\t')
      n++;
  return n;
}

static int check_header(const struct hc_answer *a, struct hc_span name,
                        struct hc_span value, struct hc_fault *fault)
{
  if (!hc_http_name_is_legal(name))
    return hc_fault_set(fault, HYCO_EBADVALUE,
                        "\"%.*s\" is not the name of a header", (int)name.len,
                        (const char *)name.ptr);
  if (hc_http_field_frames(name))
    return hc_fault_set(fault, HYCO_EBADVALUE,
                        "%.*s frames the message: the service writes it",
                        (int)name.len, (const char *)name.ptr);
  if (!hc_http_value_is_legal(value))
    return hc_fault_set(fault, HYCO_EBADVALUE,
                        "the value of %.*s holds a control character, or "
                        "begins or ends with a blank",
                        (int)name.len, (const char *)name.ptr);
  if (a->n_headers == HC_CONTROL_FIELDS_MAX)
    return hc_fault_set(fault, HYCO_ETOOLONG, "more than %d headers",
                        HC_CONTROL_FIELDS_MAX);
  if (a->headers_size + json_size(name) + json_size(value) >
      HC_ANSWER_HEADERS_MAX)
    return hc_fault_set(fault, HYCO_ETOOLONG,
                        "the headers are longer than %d bytes",
                        HC_ANSWER_HEADERS_MAX);
  return 0;
}

static bool make_room(struct hc_answer *a)
{
  size_t cap = a->headers_cap > 0 ? a->headers_cap * 2 : 8;

  if (a->n_headers < a->headers_cap)
    return true;
  void *grown = hc_realloc(a->headers, cap * sizeof *a->headers);
  if (grown == NULL)
    return false;
  a->headers = grown;
  a->headers_cap = cap;
  return true;
}

int hc_answer_add_header(struct hc_exchange *x, const char *name,
                         const char *value, struct hc_fault *fault)
{
  struct hc_answer *a = &x->answer;
  struct hc_span n = hc_span_str(name);
  struct hc_span v = hc_span_str(value);

  int rc = check_not_begun(x, fault);
  if (rc == 0)
    rc = check_header(a, n, v, fault);
  if (rc < 0)
    return rc;
  uint8_t *copy = make_room(a) ? hc_alloc(n.len + v.len + 1) : NULL;
  if (copy == NULL)
    return hc_fault_set(fault, HYCO_ENOMEM, "out of memory");
  memcpy(copy, n.ptr, n.len);
  memcpy(copy + n.len, v.ptr, v.len);
  a->headers[a->n_headers++] =
      (struct hc_control_header){ hc_span_of(copy, n.len),
                                  hc_span_of(copy + n.len, v.len) };
  a->headers_size += json_size(n) + json_size(v);
  return 0;
}

int hc_answer_write(struct hc_exchange *x, struct hc_span data,
                    struct hc_fault *fault)
{
  struct hc_answer *a = &x->answer;
  size_t held = hc_buffer_len(&a->body);
  bool fits = held <= HC_ANSWER_BY_CHANNEL_MAX &&
              data.len <= HC_ANSWER_BY_CHANNEL_MAX - held;
  int rc = 0;

  if (a->begun || !fits)
    rc = begin(x, fault);
  if (rc < 0)
    return rc;
  if (a->begun && is_bodiless(x))
    data.len = 0;
  if (a->begun)
    push_now(x); /* what was held goes first */
  if (a->begun && !hc_answer_is_ready(x)) {
    a->would_block = true;
    return hc_fault_set(fault, HYCO_EWOULDBLOCK, "%s",
                        hyco_strerror(HYCO_EWOULDBLOCK));
  }
  if (hc_buffer_append(&a->body, data) < 0)
    return hc_fault_set(fault, HYCO_ENOMEM, "out of memory");
  if (a->begun)
    push_now(x);
  return 0;
}

int hc_answer_flush(struct hc_exchange *x, struct hc_fault *fault)
{
  int rc = begin(x, fault);

  if (rc == 0)
    push_now(x);
  return rc;
}

int hc_answer_end(struct hc_exchange *x, struct hc_fault *fault)
{
  return send_whole(x, fault);
}

bool hc_answer_take_back(struct hc_exchange *x)
{
  struct hc_request_rendezvous *v = x->rendezvous;

  if (!x->answer.begun)
    return true;
  if (v == NULL || v->is_open)
    return false;
  hc_request_rendezvous_free(v);
  x->answer.begun = false;
  return true;
}

void hc_answer_abort(struct hc_exchange *x)
{
  struct hc_request_rendezvous *v = x->rendezvous;

  if (hc_answer_take_back(x)) {
    hc_exchange_refuse(x, STATUS_OUR_ERROR, "The receiver gave the answer up.",
                       false);
    return;
  }
  if (hc_answer_is_complete(x)) {
    finish(x); /* the sender has all of it */
    return;
  }
  hc_exchange_free(x);
  hc_request_rendezvous_free(v);
}
