/* Writes the JSON messages of the control channel. */
#include "protocol/control.h"

#include "base/utf8.h"

#include <jansson.h>

/* Appends as UTF-8; what is not UTF-8 is read as Latin-1, the old meaning of
 * such bytes in HTTP (RFC 9110 5.5). */
static int append_text(struct hc_buffer *out, struct hc_span text)
{
  if (hc_utf8_valid(text))
    return hc_buffer_append(out, text);
  for (size_t i = 0; i < text.len; i++) {
    uint8_t c = text.ptr[i];
    const uint8_t utf8[] = { (uint8_t)(0xc0 | c >> 6),
                             (uint8_t)(0x80 | (c & 0x3f)) };
    int rc = hc_buffer_append(out, c < 0x80 ? hc_span_of(&c, 1)
                                            : hc_span_of(utf8, sizeof(utf8)));
    if (rc < 0)
      return rc;
  }
  return 0;
}

/* A JSON string of the buffer, into object; the buffer is emptied. */
static int set_member(json_t *object, const char *name, struct hc_buffer *text)
{
  struct hc_span bytes = hc_buffer_span(text);
  json_t *value =
      json_stringn(bytes.len > 0 ? (const char *)bytes.ptr : "", bytes.len);
  int rc = json_object_set_new(object, name, value);

  hc_buffer_clear(text);
  return rc == 0 ? 0 : HYCO_ENOMEM;
}

static int set_text(json_t *object, const char *name, struct hc_span value)
{
  struct hc_buffer text;

  hc_buffer_init(&text, HC_CONTROL_MAX);
  int rc = append_text(&text, value);
  if (rc == 0)
    rc = set_member(object, name, &text);
  hc_buffer_deinit(&text);
  return rc;
}

static bool is_repeated(const struct hc_accept_out *accept, size_t i)
{
  for (size_t k = 0; k < i; k++)
    if (hc_span_equal_nocase(accept->headers[k].name, accept->headers[i].name))
      return true;
  return false;
}

/* The values of all headers that are named like the i-th, joined by ", ". */
static int join_values(struct hc_buffer *out,
                       const struct hc_accept_out *accept, size_t i)
{
  struct hc_span name = accept->headers[i].name;
  int rc = append_text(out, accept->headers[i].value);

  for (size_t k = i + 1; k < accept->n_headers && rc == 0; k++) {
    if (!hc_span_equal_nocase(accept->headers[k].name, name))
      continue;
    rc = hc_buffer_append_str(out, ", ");
    if (rc == 0)
      rc = append_text(out, accept->headers[k].value);
  }
  return rc;
}

static int set_header(json_t *headers, const struct hc_accept_out *accept,
                      size_t i)
{
  struct hc_buffer name;
  struct hc_buffer value;

  hc_buffer_init(&name, HC_CONTROL_MAX);
  hc_buffer_init(&value, HC_CONTROL_MAX);
  int rc = append_text(&name, accept->headers[i].name);
  if (rc == 0)
    rc = join_values(&value, accept, i);
  const char *key = rc == 0 ? hc_buffer_str(&name) : NULL;
  if (rc == 0)
    rc = key != NULL ? set_member(headers, key, &value) : HYCO_ENOMEM;
  hc_buffer_deinit(&value);
  hc_buffer_deinit(&name);
  return rc;
}

static int set_headers(json_t *headers, const struct hc_accept_out *accept)
{
  int rc = 0;

  for (size_t i = 0; i < accept->n_headers && rc == 0; i++)
    if (!is_repeated(accept, i))
      rc = set_header(headers, accept, i);
  return rc;
}

/* Adds an empty object; NULL when out of memory. Borrowed from parent. */
static json_t *add_object(json_t *parent, const char *name)
{
  json_t *object = json_object();

  return json_object_set_new(parent, name, object) == 0 ? object : NULL;
}

/* Java cannot do without remoteEndpoint (spec hybrid-connections.md 1.6). */
static int fill_accept(json_t *body, const struct hc_accept_out *accept)
{
  json_t *headers = add_object(body, "connectHeaders");
  json_t *endpoint = add_object(body, "remoteEndpoint");

  if (headers == NULL || endpoint == NULL ||
      json_object_set_new(endpoint, "port",
                          json_integer(accept->remote_port)) != 0)
    return HYCO_ENOMEM;
  int rc = set_text(body, "address", accept->address);
  if (rc == 0)
    rc = set_text(body, "id", accept->id);
  if (rc == 0)
    rc = set_text(endpoint, "address", accept->remote_address);
  if (rc == 0)
    rc = set_headers(headers, accept);
  return rc;
}

static int append_json(struct hc_buffer *out, const json_t *root)
{
  size_t n = json_dumpb(root, NULL, 0, JSON_COMPACT);

  if (n == 0)
    return HYCO_ENOMEM;
  if (n > HC_CONTROL_MAX || n > out->max - hc_buffer_len(out))
    return HYCO_ETOOLONG;
  uint8_t *dst = hc_buffer_reserve(out, n);
  if (dst == NULL || json_dumpb(root, (char *)dst, n, JSON_COMPACT) != n)
    return HYCO_ENOMEM;
  hc_buffer_commit(out, n);
  return 0;
}

int hc_control_write_accept(struct hc_buffer *out,
                            const struct hc_accept_out *accept)
{
  json_t *root = json_object();
  json_t *body = add_object(root, "accept");
  int rc = body != NULL ? fill_accept(body, accept) : HYCO_ENOMEM;

  if (rc == 0)
    rc = append_json(out, root);
  json_decref(root);
  return rc;
}

int hc_control_write_renew_token(struct hc_buffer *out, struct hc_span token)
{
  json_t *root = json_object();
  json_t *body = add_object(root, "renewToken");
  int rc = body != NULL ? set_text(body, "token", token) : HYCO_ENOMEM;

  if (rc == 0)
    rc = append_json(out, root);
  json_decref(root);
  return rc;
}
