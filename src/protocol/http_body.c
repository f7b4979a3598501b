/* Reads and frames the bodies of HTTP/1.1 messages. */
#include "protocol/http_body.h"

#include "protocol/http_fields.h"

#include <assert.h>

/* Of a chunked body: what the next byte belongs to. */
enum {
  SIZE, /* no digit yet, or some */
  SIZE_LF,
  EXT_NAME, /* behind ';' */
  EXT_VALUE,
  EXT_TOKEN,
  EXT_QUOTED,
  EXT_ESCAPED,
  EXT_AFTER, /* behind a quoted value */
  DATA,
  DATA_CR,
  DATA_LF,
  TRAILER, /* the first byte of a line */
  TRAILER_NAME,
  TRAILER_VALUE,
  TRAILER_LF,
  LAST_LF,
  END
};

static int refuse(struct hc_http_body *body, int code, const char *why)
{
  body->error = code;
  body->why = why;
  return code;
}

static int bad(struct hc_http_body *body, const char *why)
{
  return refuse(body, HYCO_EPROTOCOL, why);
}

/* The head's reader has seen that it is digits, and at most 18. */
static uint64_t length_of(struct hc_span digits)
{
  uint64_t length = 0;

  for (size_t i = 0; i < digits.len; i++)
    length = length * 10 + (uint64_t)(digits.ptr[i] - '0');
  return length;
}

static int framing_of(const struct hc_http_head *head,
                      enum hc_http_framing without,
                      enum hc_http_framing *framing, uint64_t *length)
{
  const struct hc_http_field *coding = hc_http_find(head, "Transfer-Encoding");
  const struct hc_http_field *field = hc_http_find(head, "Content-Length");

  *length = 0;
  *framing = without;
  if (coding != NULL) {
    if (!hc_span_is_nocase(coding->value, "chunked"))
      return HYCO_EPROTOCOL;
    *framing = HC_HTTP_CHUNKED;
  } else if (field != NULL) {
    *framing = HC_HTTP_LENGTH;
    *length = length_of(field->value);
  }
  return 0;
}

int hc_http_request_framing(const struct hc_http_head *head,
                            enum hc_http_framing *framing, uint64_t *length)
{
  return framing_of(head, HC_HTTP_NO_BODY, framing, length);
}

int hc_http_response_framing(const struct hc_http_head *head,
                             struct hc_span method,
                             enum hc_http_framing *framing, uint64_t *length)
{
  int status = head->status;
  bool never = status / 100 == 1 || status == 204;
  int rc = framing_of(head, HC_HTTP_UNTIL_CLOSE, framing, length);

  if (rc < 0)
    return rc;
  if (never && (*framing == HC_HTTP_CHUNKED || *length > 0))
    return HYCO_EPROTOCOL;
  if (never || status == 304 || hc_span_is(method, "HEAD") ||
      (status / 100 == 2 && hc_span_is(method, "CONNECT"))) {
    *framing = HC_HTTP_NO_BODY;
    *length = 0;
  }
  return 0;
}

void hc_http_body_init(struct hc_http_body *body, enum hc_http_framing framing,
                       uint64_t length)
{
  *body = (struct hc_http_body){ .framing = framing, .state = SIZE };
  if (framing == HC_HTTP_LENGTH)
    body->left = length;
}

/* -1: not a hexadecimal digit. */
static int digit_of(uint8_t c)
{
  uint8_t letter = (uint8_t)(c | 0x20);

  if (c >= '0' && c <= '9')
    return c - '0';
  return letter >= 'a' && letter <= 'f' ? letter - 'a' + 10 : -1;
}

static bool is_token(uint8_t c)
{
  return hc_http_name_is_legal(hc_span_of(&c, 1));
}

/* RFC 9110 5.5 and 5.6.4: text, tabs and obs-text. */
static bool is_text(uint8_t c)
{
  return c == '\t' || (c >= 0x20 && c != 0x7f);
}

static int go(struct hc_http_body *body, int state)
{
  body->state = state;
  return 0;
}

/* Behind the size, or behind an extension. */
static int end_piece(struct hc_http_body *body, uint8_t c)
{
  if (c == ';') {
    body->name_len = 0;
    return go(body, EXT_NAME);
  }
  if (c == '\r')
    return go(body, SIZE_LF);
  return bad(body, "a chunk's size line that does not end with CRLF");
}

static int take_size(struct hc_http_body *body, uint8_t c)
{
  int digit = digit_of(c);

  if (digit < 0)
    return body->digits > 0 ? end_piece(body, c)
                            : bad(body, "a chunk without a size");
  if (body->digits == HC_HTTP_CHUNK_DIGITS_MAX)
    return refuse(body, HYCO_ETOOLONG, "a chunk's size of too many digits");
  body->digits++;
  body->left = body->left << 4 | (uint64_t)digit;
  return 0;
}

static int take_size_lf(struct hc_http_body *body, uint8_t c)
{
  if (c != '\n')
    return bad(body, "a bare CR in a chunk's size line");
  return go(body, body->left > 0 ? DATA : TRAILER);
}

/* A token of an extension; name_len says whether it has a byte yet. */
static int take_ext_token(struct hc_http_body *body, uint8_t c)
{
  if (is_token(c)) {
    body->name_len = 1;
    return 0;
  }
  if (body->name_len == 0)
    return bad(body, "a chunk extension without a name or value");
  if (c == '=' && body->state == EXT_NAME)
    return go(body, EXT_VALUE);
  return end_piece(body, c);
}

static int take_ext_value(struct hc_http_body *body, uint8_t c)
{
  if (c == '"')
    return go(body, EXT_QUOTED);
  body->state = EXT_TOKEN;
  body->name_len = 0;
  return take_ext_token(body, c);
}

static int take_ext_quoted(struct hc_http_body *body, uint8_t c)
{
  if (!is_text(c))
    return bad(body, "a control character in a chunk extension");
  if (body->state == EXT_ESCAPED)
    return go(body, EXT_QUOTED);
  if (c == '\\')
    return go(body, EXT_ESCAPED);
  return c == '"' ? go(body, EXT_AFTER) : 0;
}

static int take_extension(struct hc_http_body *body, uint8_t c)
{
  if (++body->extensions > HC_HTTP_CHUNK_EXTRA_MAX)
    return refuse(body, HYCO_ETOOLONG, "too many chunk extensions");
  switch (body->state) {
  case EXT_VALUE:
    return take_ext_value(body, c);
  case EXT_QUOTED:
  case EXT_ESCAPED:
    return take_ext_quoted(body, c);
  case EXT_AFTER:
    return end_piece(body, c);
  default:
    return take_ext_token(body, c);
  }
}

static int take_data_end(struct hc_http_body *body, uint8_t c)
{
  if (c != (body->state == DATA_CR ? '\r' : '\n'))
    return bad(body, "a chunk that is not followed by CRLF");
  body->digits = 0;
  return go(body, body->state == DATA_CR ? DATA_LF : SIZE);
}

static int take_trailer_name(struct hc_http_body *body, uint8_t c)
{
  if (is_token(c)) {
    if (body->name_len < HC_HTTP_TRAILER_NAME_KEPT)
      body->name[body->name_len++] = c;
    return 0;
  }
  if (c != ':')
    return bad(body, "a trailer that is not 'name: value'");
  struct hc_span name = hc_span_of(body->name, body->name_len);
  if (hc_http_field_frames(name) || hc_span_is_nocase(name, "Host"))
    return bad(body, "a trailer that frames the message");
  return go(body, TRAILER_VALUE);
}

static int take_trailer_start(struct hc_http_body *body, uint8_t c)
{
  if (c == '\r')
    return go(body, LAST_LF);
  if (!is_token(c))
    return bad(body, "a trailer that does not begin with a name");
  body->name_len = 0;
  body->state = TRAILER_NAME;
  return take_trailer_name(body, c);
}

static int take_trailer(struct hc_http_body *body, uint8_t c)
{
  if (++body->trailers > HC_HTTP_TRAILERS_MAX)
    return refuse(body, HYCO_ETOOLONG, "too many trailers");
  switch (body->state) {
  case TRAILER:
    return take_trailer_start(body, c);
  case TRAILER_NAME:
    return take_trailer_name(body, c);
  case TRAILER_VALUE:
    if (c == '\r')
      return go(body, TRAILER_LF);
    return is_text(c) ? 0 : bad(body, "a control character in a trailer");
  default:
    if (c != '\n')
      return bad(body, "a bare CR in the trailers");
    return go(body, body->state == LAST_LF ? END : TRAILER);
  }
}

/* Any byte of a chunked body that is not data. */
static int take_byte(struct hc_http_body *body, uint8_t c)
{
  switch (body->state) {
  case SIZE:
    return take_size(body, c);
  case SIZE_LF:
    return take_size_lf(body, c);
  case DATA_CR:
  case DATA_LF:
    return take_data_end(body, c);
  case EXT_NAME:
  case EXT_VALUE:
  case EXT_TOKEN:
  case EXT_QUOTED:
  case EXT_ESCAPED:
  case EXT_AFTER:
    return take_extension(body, c);
  default:
    return take_trailer(body, c);
  }
}

static int take_data(struct hc_span *in, size_t n, struct hc_span *data)
{
  if (n == 0)
    return 0;
  *data = hc_span_of(in->ptr, n);
  hc_span_drop(in, n);
  return 1;
}

/* Up to body->left bytes. */
static int take_counted(struct hc_http_body *body, struct hc_span *in,
                        struct hc_span *data)
{
  size_t n = in->len < body->left ? in->len : (size_t)body->left;

  body->left -= n;
  return take_data(in, n, data);
}

static int read_chunks(struct hc_http_body *body, struct hc_span *in,
                       struct hc_span *data)
{
  while (body->state != END && body->state != DATA) {
    if (in->len == 0)
      return 0;
    uint8_t c = in->ptr[0];
    hc_span_drop(in, 1);
    int rc = take_byte(body, c);
    if (rc < 0)
      return rc;
  }
  if (body->state == END)
    return HC_HTTP_BODY_END;
  int rc = take_counted(body, in, data);
  if (body->left == 0)
    body->state = DATA_CR;
  return rc;
}

int hc_http_body_read(struct hc_http_body *body, struct hc_span *in,
                      struct hc_span *data)
{
  if (body->error < 0)
    return body->error;
  switch (body->framing) {
  case HC_HTTP_LENGTH:
    return body->left > 0 ? take_counted(body, in, data) : HC_HTTP_BODY_END;
  case HC_HTTP_CHUNKED:
    return read_chunks(body, in, data);
  case HC_HTTP_UNTIL_CLOSE:
    return take_data(in, in->len, data);
  default:
    return HC_HTTP_BODY_END;
  }
}

bool hc_http_body_may_end(const struct hc_http_body *body)
{
  if (body->error < 0)
    return false;
  if (body->framing == HC_HTTP_CHUNKED)
    return body->state == END;
  return body->framing != HC_HTTP_LENGTH || body->left == 0;
}

size_t hc_http_write_chunk_head(uint8_t *dst, size_t len)
{
  static const char digits[] = "0123456789abcdef";
  size_t n = 0;

  assert(len > 0);
  for (size_t rest = len; rest > 0; rest >>= 4)
    n++;
  for (size_t i = n; i > 0; i--, len >>= 4)
    dst[i - 1] = (uint8_t)digits[len & 15];
  dst[n++] = '\r';
  dst[n++] = '\n';
  return n;
}
