/* Pieces of control messages. */
#include "protocol/control_out.h"

#include "protocol/http1.h"

#include <assert.h>

enum { USUAL = 700 /* bytes of a message: room for it is made at once */ };

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

static void put_name(struct hc_json_out *json, struct hc_span name)
{
  hc_json_begin_name(json);
  hc_json_add_text(json, name);
  hc_json_end_name(json);
}

/* The values of all headers that are named like the i-th, joined. */
static void put_header(struct hc_json_out *json,
                       const struct hc_control_header *list, size_t n, size_t i)
{
  put_name(json, list[i].name);
  hc_json_begin_text(json);
  hc_json_add_text(json, list[i].value);
  for (size_t k = i + 1; k < n; k++) {
    if (!hc_span_equal_nocase(list[k].name, list[i].name))
      continue;
    hc_json_add_text(json, hc_span_str(separator_of(list[i].name)));
    hc_json_add_text(json, list[k].value);
  }
  hc_json_end_text(json);
}

/* The n-th spelling of Set-Cookie: the bits of n say which letters change. */
static void put_cookie(struct hc_json_out *json, struct hc_span value,
                       unsigned n)
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
  hc_json_put_text(json, name, value);
}

void hc_control_put_headers(struct hc_json_out *json, const char *name,
                            const struct hc_control_header *list, size_t n,
                            bool cookies)
{
  unsigned n_cookies = 0;

  hc_json_open(json, name, '{');
  for (size_t i = 0; i < n; i++) {
    if (!hc_http_name_is_legal(list[i].name))
      hc_json_fail(json, HYCO_EBADVALUE);
    else if (cookies && hc_span_is_nocase(list[i].name, "Set-Cookie"))
      put_cookie(json, list[i].value, n_cookies++);
    else if (!is_repeated(list, i))
      put_header(json, list, n, i);
  }
  hc_json_close(json, '}');
}

void hc_control_put_endpoint(struct hc_json_out *json, struct hc_span address,
                             int port)
{
  hc_json_open(json, "remoteEndpoint", '{');
  hc_json_put_integer(json, "port", port);
  hc_json_put_text(json, "address", address);
  hc_json_close(json, '}');
}

void hc_control_begin(struct hc_json_out *json, struct hc_buffer *out,
                      const char *command)
{
  hc_json_begin(json, out, HC_CONTROL_MAX);
  if (out->max - hc_buffer_len(out) >= USUAL &&
      hc_buffer_reserve(out, USUAL) == NULL)
    hc_json_fail(json, HYCO_ENOMEM);
  hc_json_open(json, NULL, '{');
  hc_json_open(json, command, '{');
}

int hc_control_end(struct hc_json_out *json)
{
  hc_json_close(json, '}');
  hc_json_close(json, '}');
  return hc_json_end(json);
}
