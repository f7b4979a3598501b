/* The WebSocket opening handshake (RFC 6455 section 4), both sides. */
#include "protocol/handshake.h"

#include "base/base64.h"
#include "base/crypto.h"
#include "protocol/quote.h"

#include <hyco/error.h>

enum { KEY_BYTES = 16 };

static const char guid[] = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";

void hc_ws_make_key(char key[HC_WS_KEY_LEN + 1], const uint8_t random[16])
{
  hc_base64_encode(key, hc_span_of(random, KEY_BYTES));
}

int hc_ws_make_accept(char accept[HC_WS_ACCEPT_LEN + 1], struct hc_span key)
{
  char text[HC_WS_KEY_LEN + sizeof(guid)];
  uint8_t digest[HC_SHA1_SIZE];

  if (key.len != HC_WS_KEY_LEN)
    return HYCO_EBADVALUE;
  memcpy(text, key.ptr, HC_WS_KEY_LEN);
  memcpy(text + HC_WS_KEY_LEN, guid, sizeof(guid));
  int rc = hc_sha1(hc_span_of(text, sizeof(text) - 1), digest);
  if (rc == 0)
    hc_base64_encode(accept, hc_span_of(digest, sizeof(digest)));
  return rc;
}

static int bad_value(struct hc_fault *fault, const char *what)
{
  return hc_fault_set(fault, HYCO_EBADVALUE, "%s", what);
}

static bool is_visible(struct hc_span text, const char *except)
{
  for (size_t i = 0; i < text.len; i++) {
    uint8_t c = text.ptr[i];
    if (c <= 0x20 || c >= 0x7f || strchr(except, c) != NULL)
      return false;
  }
  return text.len > 0;
}

/* A comma list of tokens (RFC 6455 4.1, item 10), none of them twice. */
static bool protocols_are_legal(struct hc_span list)
{
  struct hc_span rest = list;
  struct hc_span name;
  while (hc_span_split(&rest, ',', &name)) {
    name = hc_span_trim(name);
    if (!hc_http_name_is_legal(name))
      return false;
    struct hc_span after = rest;
    struct hc_span other;
    while (hc_span_split(&after, ',', &other)) {
      if (hc_span_equal(hc_span_trim(other), name))
        return false;
    }
  }
  return true;
}

/* Fields that the handshake sets itself, and those that would announce a body,
 * behind which the first frames would be lost. */
bool hc_ws_field_is_reserved(struct hc_span name)
{
  static const char *const names[] = { "Host", "Upgrade", "Connection",
                                       "Content-Length", "Transfer-Encoding" };
  static const char prefix[] = "Sec-WebSocket-";
  size_t prefix_len = sizeof(prefix) - 1;

  for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
    if (hc_span_is_nocase(name, names[i]))
      return true;
  }
  return name.len >= prefix_len &&
         hc_span_is_nocase(hc_span_of(name.ptr, prefix_len), prefix);
}

static int check_extra(const struct hc_http_field *field,
                       struct hc_fault *fault)
{
  if (!hc_http_name_is_legal(field->name))
    return hc_fault_set(fault, HYCO_EBADVALUE,
                        "\"%.*s\" is not the name of an HTTP field",
                        HC_QUOTE(field->name));
  if (hc_ws_field_is_reserved(field->name))
    return hc_fault_set(fault, HYCO_EBADVALUE,
                        "the handshake sets the field %.*s itself",
                        HC_QUOTE(field->name));
  if (!hc_http_value_is_legal(field->value))
    return hc_fault_set(fault, HYCO_EBADVALUE,
                        "control characters or outer blanks in the value of "
                        "the field %.*s",
                        HC_QUOTE(field->name));
  return 0;
}

static int check_own_request(const struct hc_ws_request *req,
                             struct hc_fault *fault)
{
  if (!is_visible(req->host, "/\\?#@,\"<>"))
    return bad_value(fault, "the host must not stand in a Host field");
  if (!is_visible(req->target, "#") || req->target.ptr[0] != '/')
    return bad_value(fault, "the target must be a path of visible ASCII "
                            "characters, without a fragment");
  if (req->key.len != HC_WS_KEY_LEN || !hc_http_value_is_legal(req->key))
    return bad_value(fault, "a WebSocket key has 24 characters");
  if (req->protocols.len > 0 && !protocols_are_legal(req->protocols))
    return bad_value(fault, "sub-protocols must be a comma list of different "
                            "tokens");
  for (size_t i = 0; i < req->n_extra; i++) {
    int rc = check_extra(&req->extra[i], fault);
    if (rc < 0)
      return rc;
  }
  return 0;
}

static int append_request_line(struct hc_buffer *out, struct hc_span target)
{
  int rc = hc_buffer_append_str(out, "GET ");
  if (rc == 0)
    rc = hc_buffer_append(out, target);
  if (rc == 0)
    rc = hc_buffer_append_str(out, " HTTP/1.1\r\n");
  return rc;
}

static int append_fields(struct hc_buffer *out,
                         const struct hc_http_field *fields, size_t n)
{
  int rc = 0;
  for (size_t i = 0; i < n && rc == 0; i++)
    rc = hc_http_write_field(out, fields[i].name, fields[i].value);
  return rc;
}

static struct hc_http_field field_of(const char *name, struct hc_span value)
{
  return (struct hc_http_field){ hc_span_str(name), value };
}

int hc_ws_write_request(struct hc_buffer *out, const struct hc_ws_request *req,
                        struct hc_fault *fault)
{
  int rc = check_own_request(req, fault);
  if (rc < 0)
    return rc;

  const struct hc_http_field own[] = {
    field_of("Host", req->host),
    field_of("Upgrade", hc_span_str("websocket")),
    field_of("Connection", hc_span_str("Upgrade")),
    field_of("Sec-WebSocket-Key", req->key),
    field_of("Sec-WebSocket-Version", hc_span_str("13")),
    field_of("Sec-WebSocket-Protocol", req->protocols),
  };
  size_t n_own = sizeof(own) / sizeof(own[0]) - (req->protocols.len == 0);
  rc = append_request_line(out, req->target);
  if (rc == 0)
    rc = append_fields(out, own, n_own);
  if (rc == 0)
    rc = append_fields(out, req->extra, req->n_extra);
  if (rc == 0)
    rc = hc_buffer_append_str(out, "\r\n");
  return rc == 0 ? 0
                 : hc_fault_set(fault, rc, "the handshake's request: %s",
                                hyco_strerror(rc));
}

static int refuse(struct hc_fault *fault, const char *what)
{
  return hc_fault_set(fault, HYCO_EPROTOCOL, "%s", what);
}

static bool list_has(struct hc_span list, struct hc_span name)
{
  struct hc_span piece;
  while (hc_span_split(&list, ',', &piece)) {
    if (hc_span_equal(hc_span_trim(piece), name))
      return true;
  }
  return false;
}

static bool has_extension(const struct hc_http_head *head)
{
  for (size_t i = 0; i < head->n_fields; i++) {
    const struct hc_http_field *field = &head->fields[i];
    if (field->value.len > 0 &&
        hc_span_is_nocase(field->name, "Sec-WebSocket-Extensions"))
      return true;
  }
  return false;
}

static int check_accept(const struct hc_http_head *head, struct hc_span key,
                        struct hc_fault *fault)
{
  char accept[HC_WS_ACCEPT_LEN + 1];
  int rc = hc_ws_make_accept(accept, key);
  if (rc < 0)
    return hc_fault_set(fault, rc, "Sec-WebSocket-Accept: %s",
                        hyco_strerror(rc));
  if (hc_http_count(head, "Sec-WebSocket-Accept") != 1)
    return refuse(fault, "the 101 answer has not one Sec-WebSocket-Accept");
  if (!hc_span_is(hc_http_find(head, "Sec-WebSocket-Accept")->value, accept))
    return refuse(fault, "Sec-WebSocket-Accept does not answer our key");
  return 0;
}

/* RFC 6455 4.1: the server must choose among what was offered, or nothing. */
static int check_protocol(const struct hc_http_head *head,
                          struct hc_span offered, struct hc_span *protocol,
                          struct hc_fault *fault)
{
  const struct hc_http_field *field =
      hc_http_find(head, "Sec-WebSocket-Protocol");
  if (field == NULL)
    return 0;
  if (hc_http_count(head, "Sec-WebSocket-Protocol") != 1)
    return refuse(fault, "the 101 answer has several sub-protocols");
  if (!list_has(offered, field->value))
    return hc_fault_set(fault, HYCO_EPROTOCOL,
                        "the sub-protocol \"%.*s\" was not offered",
                        HC_QUOTE(field->value));
  if (protocol != NULL)
    *protocol = field->value;
  return 0;
}

int hc_ws_check_response(const struct hc_http_head *head, struct hc_span key,
                         struct hc_span offered, struct hc_span *protocol,
                         struct hc_fault *fault)
{
  if (protocol != NULL)
    *protocol = hc_span_of(NULL, 0);
  if (head->status != 101)
    return hc_fault_set(fault, HYCO_EHTTP, "%d %.*s", head->status,
                        (int)head->reason.len, hc_quote_ptr(head->reason));
  if (!hc_http_has_token(head, "Upgrade", "websocket"))
    return refuse(fault, "the 101 answer has no \"Upgrade: websocket\"");
  if (!hc_http_has_token(head, "Connection", "Upgrade"))
    return refuse(fault, "the 101 answer has no \"Connection: Upgrade\"");
  int rc = check_accept(head, key, fault);
  if (rc < 0)
    return rc;
  if (has_extension(head))
    return refuse(fault, "the 101 answer names an extension, none was offered");
  return check_protocol(head, offered, protocol, fault);
}

bool hc_ws_is_upgrade(const struct hc_http_head *head)
{
  return hc_http_has_token(head, "Upgrade", "websocket");
}

/* The base64 of 16 bytes (RFC 6455 4.2.1, item 5). */
static bool key_is_legal(struct hc_span key)
{
  uint8_t bytes[HC_WS_KEY_LEN / 4 * 3];
  return key.len == HC_WS_KEY_LEN && hc_base64_decode(bytes, key) == KEY_BYTES;
}

/* Bytes of a body would be read as frames. */
static bool announces_body(const struct hc_http_head *head)
{
  const struct hc_http_field *length = hc_http_find(head, "Content-Length");
  return hc_http_find(head, "Transfer-Encoding") != NULL ||
         (length != NULL && !hc_span_is(length->value, "0"));
}

int hc_ws_check_request(const struct hc_http_head *head, struct hc_span *key,
                        struct hc_fault *fault)
{
  if (!hc_span_is(head->method, "GET"))
    return refuse(fault, "a WebSocket handshake must be a GET");
  if (head->minor != 1)
    return refuse(fault, "a WebSocket handshake needs HTTP/1.1");
  if (announces_body(head))
    return refuse(fault, "a WebSocket handshake must not have a body");
  if (!hc_ws_is_upgrade(head))
    return refuse(fault, "\"Upgrade: websocket\" is missing");
  if (!hc_http_has_token(head, "Connection", "Upgrade"))
    return refuse(fault, "\"Connection: Upgrade\" is missing");
  if (hc_http_count(head, "Sec-WebSocket-Version") != 1 ||
      !hc_span_is(hc_http_find(head, "Sec-WebSocket-Version")->value, "13"))
    return refuse(fault, "Sec-WebSocket-Version must be 13");
  if (hc_http_count(head, "Sec-WebSocket-Key") != 1 ||
      !key_is_legal(hc_http_find(head, "Sec-WebSocket-Key")->value))
    return refuse(fault, "Sec-WebSocket-Key must be the base64 of 16 bytes");
  *key = hc_http_find(head, "Sec-WebSocket-Key")->value;
  return 0;
}

int hc_ws_write_response(struct hc_buffer *out, struct hc_span key,
                         struct hc_span protocol)
{
  char accept[HC_WS_ACCEPT_LEN + 1];
  if (protocol.len > 0 && !hc_http_name_is_legal(protocol))
    return HYCO_EBADVALUE;
  int rc = hc_ws_make_accept(accept, key);
  if (rc < 0)
    return rc;

  const struct hc_http_field fields[] = {
    field_of("Upgrade", hc_span_str("websocket")),
    field_of("Connection", hc_span_str("Upgrade")),
    field_of("Sec-WebSocket-Accept", hc_span_str(accept)),
    field_of("Sec-WebSocket-Protocol", protocol),
  };
  size_t n = sizeof(fields) / sizeof(fields[0]) - (protocol.len == 0);
  rc = hc_http_write_status(out, 101, hc_span_str(hc_http_reason(101)));
  if (rc == 0)
    rc = append_fields(out, fields, n);
  if (rc == 0)
    rc = hc_buffer_append_str(out, "\r\n");
  return rc;
}
