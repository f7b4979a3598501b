/* How an application's sends become messages on a connection. */
#include "session/sending.h"

static bool is_control(enum hc_ws_opcode opcode)
{
  return opcode >= HC_WS_CLOSE;
}

static int explain(int rc, struct hc_fault *fault)
{
  return rc == 0 ? 0 : hc_fault_set(fault, rc, "%s", hyco_strerror(rc));
}

/* The text of the message so far, this piece included; kept only if the piece
 * is taken. */
static bool text_is_good(struct hc_sending *s, struct hc_span payload,
                         bool last, struct hc_utf8 *after)
{
  bool first = s->message_left == s->message_length;

  *after = first ? (struct hc_utf8){ 0 } : s->utf8;
  return hc_utf8_feed(after, payload) && (!last || hc_utf8_is_whole(after));
}

/* One of the calls that make up a message of MessageLength bytes. */
static int send_piece(struct hc_sending *s, struct hc_connection *c,
                      enum hc_ws_opcode opcode, struct hc_span payload,
                      struct hc_fault *fault)
{
  bool first = s->message_left == s->message_length;
  bool last = payload.len == (uint64_t)s->message_left;
  struct hc_utf8 after;

  if (payload.len > (uint64_t)s->message_left)
    return hc_fault_set(fault, HYCO_EBADVALUE,
                        "%zu bytes pass MessageLength: %lld are left",
                        payload.len, (long long)s->message_left);
  if (!first && opcode != s->message_opcode)
    return hc_fault_set(fault, HYCO_EBADVALUE,
                        "the type changes within a message of MessageLength");
  if (opcode == HC_WS_TEXT && !text_is_good(s, payload, last, &after))
    return hc_fault_set(fault, HYCO_EBADVALUE, "the text is not UTF-8");
  if (payload.len == 0 && !last)
    return 0;
  int rc = hc_connection_send_piece(c, opcode, payload, last);
  if (rc < 0)
    return explain(rc, fault);
  s->message_opcode = opcode;
  s->message_left -= (int64_t)payload.len;
  s->utf8 = opcode == HC_WS_TEXT && !last ? after : (struct hc_utf8){ 0 };
  if (last)
    s->message_length = 0;
  return 0;
}

static int send_whole(struct hc_connection *c, enum hc_ws_opcode opcode,
                      struct hc_span payload, struct hc_fault *fault)
{
  return explain(hc_connection_send(c, opcode, payload), fault);
}

int hc_sending_check(struct hc_sending *s, struct hc_fault *fault)
{
  s->bytes_sent = 0;
  if (s->is_forwarded)
    return hc_fault_set(fault, HYCO_EINVALID,
                        "connection %d is forwarded: nothing else can be sent",
                        s->id);
  return 0;
}

static int send_blocking(struct hc_sending *s, enum hc_ws_opcode opcode,
                         struct hc_span payload, struct hc_fault *fault)
{
  struct hc_outgoing out = { .opcode = opcode, .rest = payload };
  /* s may be gone after it; so may everything if interrupted */
  int rc = s->block(s->owner, s->id, &out);
  return rc == HYCO_EINTERRUPTED ? rc : explain(rc, fault);
}

int hc_sending_send(struct hc_sending *s, struct hc_connection *c,
                    enum hc_ws_opcode opcode, struct hc_span payload,
                    struct hc_fault *fault)
{
  bool in_pieces = s->message_length > 0 && !is_control(opcode);
  bool blocks = s->timeout_s > 0 && s->block != NULL && !is_control(opcode);

  int rc = hc_sending_check(s, fault);
  if (rc < 0)
    return rc;
  if (payload.ptr == NULL && payload.len > 0)
    return hc_fault_set(fault, HYCO_EINVALID, "data is NULL");
  if (opcode == HC_WS_TEXT && (blocks || !in_pieces) && !hc_utf8_valid(payload))
    return hc_fault_set(fault, HYCO_EBADVALUE, "the text is not UTF-8");
  if (blocks)
    return send_blocking(s, opcode, payload, fault);
  rc = in_pieces ? send_piece(s, c, opcode, payload, fault)
                 : send_whole(c, opcode, payload, fault);
  if (rc == 0)
    s->bytes_sent = (int64_t)payload.len;
  return rc;
}

static int send_data(struct hc_sending *s, struct hc_connection *c,
                     struct hc_span payload, struct hc_fault *fault)
{
  enum hc_ws_opcode opcode = (enum hc_ws_opcode)s->data_format;

  if (s->data_format == HYCO_FORMAT_AUTOMATIC)
    opcode = hc_utf8_valid(payload) ? HC_WS_TEXT : HC_WS_BINARY;
  return hc_sending_send(s, c, opcode, payload, fault);
}

static int set_message_length(struct hc_sending *s, int64_t length,
                              struct hc_fault *fault)
{
  if (s->message_left != s->message_length)
    return hc_fault_set(fault, HYCO_EBADVALUE,
                        "MessageLength: a message is under way, %lld of its "
                        "%lld bytes are to come",
                        (long long)s->message_left,
                        (long long)s->message_length);
  s->message_length = length;
  s->message_left = length;
  return 0;
}

int hc_sending_set_row(struct hc_sending *s, struct hc_connection *c,
                       hyco_property p, const struct hc_value *value,
                       struct hc_fault *fault)
{
  if (p == HYCO_CONNECTION_TIMEOUT)
    s->timeout_s = value->number;
  else if (p == HYCO_CONNECTION_DATA_FORMAT)
    s->data_format = value->number;
  else if (p == HYCO_MESSAGE_LENGTH)
    return set_message_length(s, value->number, fault);
  else if (p != HYCO_CONNECTION_DATA_TO_SEND)
    return HC_SURFACE_STORED;
  else if (c == NULL)
    return hc_fault_set(fault, HYCO_ENOTCONNECTED, "not connected");
  else
    return send_data(s, c, value->bytes, fault);
  return 0;
}

int hc_sending_get_row(const struct hc_sending *s, hyco_property p,
                       struct hc_value *value)
{
  if (p == HYCO_CONNECTION_TIMEOUT)
    value->number = s->timeout_s;
  else if (p == HYCO_CONNECTION_DATA_FORMAT)
    value->number = s->data_format;
  else if (p == HYCO_CONNECTION_BYTES_SENT)
    value->number = s->bytes_sent;
  else if (p == HYCO_MESSAGE_LENGTH)
    value->number = s->message_length;
  else
    return HC_SURFACE_STORED;
  return 0;
}
