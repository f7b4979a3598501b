/* Pieces of control messages. */
#include "protocol/control_out.h"

#include "base/utf8.h"

#include <assert.h>

enum {
  USUAL = 1000,    /* bytes: few messages are longer */
  NAME_USUAL = 128 /* few names of headers are */
};

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

/* A JSON string of what is known to be UTF-8, as the name is. */
static int set_utf8(json_t *object, const char *name, struct hc_span text)
{
  json_t *value = json_stringn_nocheck(
      text.len > 0 ? (const char *)text.ptr : "", text.len);

  return json_object_set_new_nocheck(object, name, value) == 0 ? 0
                                                               : HYCO_ENOMEM;
}

int hc_control_set_text(json_t *object, const char *name, struct hc_span value)
{
  struct hc_buffer text;

  if (value.len > HC_CONTROL_MAX)
    return HYCO_ETOOLONG;
  if (hc_utf8_valid(value))
    return set_utf8(object, name, value);
  hc_buffer_init(&text, HC_CONTROL_MAX);
  int rc = append_text(&text, value);
  if (rc == 0)
    rc = set_utf8(object, name, hc_buffer_span(&text));
  hc_buffer_deinit(&text);
  return rc;
}

static bool is_repeated(const struct hc_control_header *list, size_t i)
{
  for (size_t k = 0; k < i; k++)
    if (hc_span_equal_nocase(list[k].name, list[i].name))
      return true;
  return false;
}

/* RFC 6265 5.4: cookies have a list of their own kind. */
static const char *separator_of(struct hc_span name)
{
  return hc_span_is_nocase(name, "Cookie") ? "; " : ", ";
}

/* The values of all headers that are named like the i-th, joined. */
static int join_values(struct hc_buffer *out,
                       const struct hc_control_header *list, size_t n, size_t i)
{
  int rc = append_text(out, list[i].value);

  for (size_t k = i + 1; k < n && rc == 0; k++) {
    if (!hc_span_equal_nocase(list[k].name, list[i].name))
      continue;
    rc = hc_buffer_append_str(out, separator_of(list[i].name));
    if (rc == 0)
      rc = append_text(out, list[k].value);
  }
  return rc;
}

/* What most headers are: alone with their name, short, UTF-8. */
static bool is_usual(const struct hc_control_header *list, size_t n, size_t i)
{
  if (list[i].name.len >= NAME_USUAL || !hc_utf8_valid(list[i].name) ||
      !hc_utf8_valid(list[i].value))
    return false;
  for (size_t k = i + 1; k < n; k++)
    if (hc_span_equal_nocase(list[k].name, list[i].name))
      return false;
  return true;
}

static int set_usual(json_t *headers, const struct hc_control_header *header)
{
  char name[NAME_USUAL];

  if (header->name.len > 0)
    memcpy(name, header->name.ptr, header->name.len);
  name[header->name.len] = '\0';
  return hc_control_set_text(headers, name, header->value);
}

static int set_joined(json_t *headers, const struct hc_control_header *list,
                      size_t n, size_t i)
{
  struct hc_buffer name;
  struct hc_buffer value;

  hc_buffer_init(&name, HC_CONTROL_MAX);
  hc_buffer_init(&value, HC_CONTROL_MAX);
  int rc = append_text(&name, list[i].name);
  if (rc == 0)
    rc = join_values(&value, list, n, i);
  const char *key = rc == 0 ? hc_buffer_str(&name) : NULL;
  if (rc == 0)
    rc = key != NULL ? set_utf8(headers, key, hc_buffer_span(&value))
                     : HYCO_ENOMEM;
  hc_buffer_deinit(&value);
  hc_buffer_deinit(&name);
  return rc;
}

/* The n-th spelling of Set-Cookie: the bits of n say which letters change. */
static int set_cookie(json_t *headers, struct hc_span value, unsigned n)
{
  char name[] = "Set-Cookie";

  for (size_t i = 0; name[i] != '\0'; i++) {
    if (name[i] == '-')
      continue;
    if (n & 1)
      name[i] = (char)(name[i] ^ 0x20);
    n >>= 1;
  }
  assert(n == 0); /* 512 spellings, HC_CONTROL_FIELDS_MAX headers */
  return hc_control_set_text(headers, name, value);
}

int hc_control_set_headers(json_t *headers,
                           const struct hc_control_header *list, size_t n,
                           bool cookies)
{
  unsigned n_cookies = 0;
  int rc = 0;

  for (size_t i = 0; i < n && rc == 0; i++) {
    if (cookies && hc_span_is_nocase(list[i].name, "Set-Cookie"))
      rc = set_cookie(headers, list[i].value, n_cookies++);
    else if (is_repeated(list, i))
      continue;
    else if (is_usual(list, n, i))
      rc = set_usual(headers, &list[i]);
    else
      rc = set_joined(headers, list, n, i);
  }
  return rc;
}

json_t *hc_control_add_object(json_t *parent, const char *name)
{
  json_t *object = json_object();

  return json_object_set_new(parent, name, object) == 0 ? object : NULL;
}

int hc_control_set_endpoint(json_t *object, struct hc_span address, int port)
{
  json_t *endpoint = hc_control_add_object(object, "remoteEndpoint");

  if (endpoint == NULL ||
      json_object_set_new(endpoint, "port", json_integer(port)) != 0)
    return HYCO_ENOMEM;
  return hc_control_set_text(endpoint, "address", address);
}

/* Into room that is made for it; how much it needs, 0: no memory. */
static size_t dump(struct hc_buffer *out, const json_t *root, size_t room)
{
  uint8_t *dst = hc_buffer_reserve(out, room);

  return dst != NULL ? json_dumpb(root, (char *)dst, room, JSON_COMPACT) : 0;
}

int hc_control_append(struct hc_buffer *out, const json_t *root)
{
  size_t left = out->max - hc_buffer_len(out);
  size_t room = left < USUAL ? left : USUAL;
  size_t n = dump(out, root, room);

  if (n > HC_CONTROL_MAX || n > left)
    return HYCO_ETOOLONG;
  if (n > room) /* now it is known how long it is */
    n = dump(out, root, n);
  if (n == 0)
    return HYCO_ENOMEM;
  hc_buffer_commit(out, n);
  return 0;
}
