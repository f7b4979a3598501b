/* URLs: the parts lie in the text and can be joined to the same URL again;
 * decoding undoes encoding; a stripped query has nothing of the protocol. */
#include "protocol/url.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool condition)
{
  if (!condition)
    abort();
}

static void require_same(struct hc_span a, struct hc_span b)
{
  require(hc_span_equal(a, b));
}

static void check_url(struct hc_span text)
{
  struct hc_url url;
  struct hc_url again;
  struct hc_fault fault;
  struct hc_buffer joined;

  if (hc_url_parse(text, &url, &fault) != 0) {
    require(fault.text[0] != '\0');
    return;
  }
  hc_buffer_init(&joined, 2 * HC_URL_MAX);
  require(hc_buffer_append(&joined, url.scheme) == 0);
  require(hc_buffer_printf(&joined,
                           url.host_is_ipv6 ? "://[%.*s]:%u" : "://%.*s:%u",
                           (int)url.host.len, (const char *)url.host.ptr,
                           (unsigned)url.port) == 0);
  require(hc_buffer_append(&joined, url.target) == 0);
  if (hc_buffer_len(&joined) <= HC_URL_MAX) {
    require(hc_url_parse(hc_buffer_span(&joined), &again, NULL) == 0);
    require_same(url.host, again.host);
    require_same(url.path, again.path);
    require_same(url.query, again.query);
    require(url.port == again.port && url.tls == again.tls);
  }
  hc_buffer_deinit(&joined);
}

static void check_authority(struct hc_span text)
{
  struct hc_span host;
  uint16_t port;
  struct hc_fault fault;

  if (hc_url_parse_authority(text, &host, &port, &fault) != 0) {
    require(fault.text[0] != '\0');
    return;
  }
  require(host.len > 0 && host.ptr >= text.ptr &&
          host.ptr + host.len <= text.ptr + text.len);
  (void)hc_url_host_is_loopback(host);
}

static void check_code(struct hc_span text)
{
  struct hc_buffer encoded;
  struct hc_buffer decoded;

  hc_buffer_init(&encoded, 3 * text.len + 1);
  hc_buffer_init(&decoded, text.len + 1);
  require(hc_url_encode(&encoded, text, "/") == 0);
  require(hc_url_decode(&decoded, hc_buffer_span(&encoded)) == 0);
  require_same(hc_buffer_span(&decoded), text);
  hc_buffer_clear(&decoded);
  if (hc_url_decode(&decoded, text) != 0)
    require(hc_buffer_len(&decoded) == 0);
  hc_buffer_deinit(&encoded);
  hc_buffer_deinit(&decoded);
}

static void check_query(struct hc_span query)
{
  struct hc_buffer once;
  struct hc_buffer twice;
  struct hc_span value;

  hc_buffer_init(&once, query.len + 1);
  hc_buffer_init(&twice, query.len + 1);
  require(hc_url_query_strip(&once, query) == 0);
  require(hc_url_query_strip(&twice, hc_buffer_span(&once)) == 0);
  require_same(hc_buffer_span(&once), hc_buffer_span(&twice));
  require(!hc_url_query_find(hc_buffer_span(&once), "sb-hc-token", &value));
  hc_buffer_deinit(&once);
  hc_buffer_deinit(&twice);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
  struct hc_span text = hc_span_of(data, size);

  if (size > HC_URL_MAX)
    return 0;
  check_url(text);
  check_authority(text);
  check_code(text);
  check_query(text);
  return 0;
}
