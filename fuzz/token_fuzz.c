/* Tokens: any text is read or refused with a reason; a token that we make is
 * read, verifies and covers what it was made for. Input for the second: host,
 * path, rule and key, separated by LF. */
#include "protocol/token.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool condition)
{
  if (!condition)
    abort();
}

static void check_read(struct hc_span text)
{
  struct hc_token token;
  struct hc_fault fault;

  if (hc_token_parse(text, &token, &fault) != 0) {
    require(fault.text[0] != '\0');
    return;
  }
  require(token.expiry >= 0 && token.resource.len > 0);
  require(!hc_token_is_signed_by(&token, hc_span_str("not this key")));
  (void)hc_token_covers(&token, hc_span_str("h"), hc_span_str("a/b"));
  (void)hc_token_is_by_rule(&token, "a b");
}

/* A host as it can be in a URL: its end is then found again. */
static bool is_host(struct hc_span host)
{
  for (size_t i = 0; i < host.len; i++)
    if (strchr(":/[]", host.ptr[i]) != NULL)
      return false;
  return true;
}

static void check_made(struct hc_span text)
{
  struct hc_span parts[4] = { { NULL, 0 } };
  struct hc_buffer out;
  struct hc_token token;

  for (size_t i = 0; i < 4; i++)
    hc_span_split(&text, '\n', &parts[i]);
  hc_buffer_init(&out, HC_TOKEN_MAX);
  if (hc_token_make(&out, parts[0], parts[1], parts[2], parts[3], 1700000000) ==
      0) {
    require(hc_token_parse(hc_buffer_span(&out), &token, NULL) == 0);
    require(token.expiry == 1700000000);
    require(hc_token_is_signed_by(&token, parts[3]));
    require(!is_host(parts[0]) || hc_token_covers(&token, parts[0], parts[1]) ||
            memchr(parts[1].ptr, '$', parts[1].len) != NULL);
  }
  hc_buffer_deinit(&out);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
  check_read(hc_span_of(data, size));
  check_made(hc_span_of(data, size));
  return 0;
}
