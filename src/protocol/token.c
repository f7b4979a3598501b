/* Makes shared access signature tokens. */
#include "protocol/token.h"
#include "protocol/token_sign.h"
#include "protocol/url.h"

#include <inttypes.h>
#include <stdio.h>

enum { HOST_MAX = 255 /* RFC 1035 2.3.4 */ };

static bool is_within(struct hc_span text, size_t max)
{
  return text.len > 0 && text.len <= max;
}

/* The host as it stands in a URL, lower case. */
static int append_host(struct hc_buffer *out, struct hc_span host)
{
  uint8_t lower[HOST_MAX];
  bool is_ipv6 = memchr(host.ptr, ':', host.len) != NULL;

  for (size_t i = 0; i < host.len; i++) {
    uint8_t c = host.ptr[i];
    lower[i] = c >= 'A' && c <= 'Z' ? (uint8_t)(c | 0x20) : c;
  }
  int rc = hc_url_encode(out, hc_span_str(is_ipv6 ? "[" : ""), "");
  if (rc == 0)
    rc = hc_url_encode(out, hc_span_of(lower, host.len), "");
  if (rc == 0)
    rc = hc_url_encode(out, hc_span_str(is_ipv6 ? "]" : ""), "");
  return rc;
}

/* "http://host/path/", percent-encoded: .NET's form (spec
 * hybrid-connections.md 1.3). */
static int append_resource(struct hc_buffer *out, struct hc_span host,
                           struct hc_span path)
{
  bool needs_slash = path.len > 0 && path.ptr[path.len - 1] != '/';
  int rc = hc_url_encode(out, hc_span_str("http://"), "");

  if (rc == 0)
    rc = append_host(out, host);
  if (rc == 0)
    rc = hc_url_encode(out, hc_span_str("/"), "");
  if (rc == 0)
    rc = hc_url_encode(out, path, "");
  if (rc == 0 && needs_slash)
    rc = hc_url_encode(out, hc_span_str("/"), "");
  return rc;
}

/* Appends everything behind the resource, which `out` ends with. */
static int append_rest(struct hc_buffer *out, size_t resource_at,
                       struct hc_span key_name, struct hc_span key,
                       int64_t expiry)
{
  char signature[HC_TOKEN_SIGNATURE_LEN + 1];
  char expiry_text[24];
  struct hc_span resource = hc_buffer_span(out);
  int n = snprintf(expiry_text, sizeof(expiry_text), "%" PRId64, expiry);
  struct hc_span se = hc_span_of(expiry_text, (size_t)n);

  hc_span_drop(&resource, resource_at);
  int rc = hc_token_sign(signature, resource, se, key);
  if (rc == 0)
    rc = hc_buffer_append_str(out, "&sig=");
  if (rc == 0)
    rc = hc_url_encode(out, hc_span_str(signature), "");
  if (rc == 0)
    rc = hc_buffer_printf(out, "&se=%s&skn=", expiry_text);
  if (rc == 0)
    rc = hc_url_encode(out, key_name, "");
  return rc;
}

int hc_token_make(struct hc_buffer *out, struct hc_span host,
                  struct hc_span path, struct hc_span key_name,
                  struct hc_span key, int64_t expiry)
{
  struct hc_buffer text;

  if (!is_within(host, HOST_MAX) || !is_within(key_name, HC_KEY_MAX) ||
      !is_within(key, HC_KEY_MAX) || expiry < 0)
    return HYCO_EBADVALUE;
  hc_buffer_init(&text, HC_TOKEN_MAX);
  int rc = hc_buffer_append_str(&text, HC_TOKEN_SCHEME " sr=");
  size_t resource_at = hc_buffer_len(&text);
  if (rc == 0)
    rc = append_resource(&text, host, path);
  if (rc == 0)
    rc = append_rest(&text, resource_at, key_name, key, expiry);
  if (rc == 0)
    rc = hc_buffer_append(out, hc_buffer_span(&text));
  hc_buffer_deinit(&text);
  return rc;
}
