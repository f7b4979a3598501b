/* Reads shared access signature tokens and checks them. Fault texts never quote
 * a token: who has one may use it. */
#include "protocol/quote.h"
#include "protocol/token.h"
#include "protocol/token_sign.h"
#include "protocol/url.h"

int hc_token_sign(char signature[HC_TOKEN_SIGNATURE_LEN + 1],
                  struct hc_span resource, struct hc_span expiry,
                  struct hc_span key)
{
  uint8_t message[HC_TOKEN_MAX];
  uint8_t mac[HC_SHA256_SIZE];
  size_t len = resource.len + 1 + expiry.len;

  if (resource.len > HC_TOKEN_MAX || len > sizeof(message))
    return HYCO_ETOOLONG;
  memcpy(message, resource.ptr, resource.len);
  message[resource.len] = '\n';
  memcpy(message + resource.len + 1, expiry.ptr, expiry.len);
  int rc = hc_hmac_sha256(key, hc_span_of(message, len), mac);
  if (rc == 0)
    hc_base64_encode(signature, hc_span_of(mac, sizeof(mac)));
  hc_wipe(mac, sizeof(mac));
  return rc;
}

enum field { SR, SIG, SE, SKN, N_FIELDS };

static const char *const names[N_FIELDS] = { "sr", "sig", "se", "skn" };

static int read_field(struct hc_span pair, struct hc_span fields[N_FIELDS],
                      struct hc_fault *fault)
{
  struct hc_span value = pair;
  struct hc_span name;

  if (!hc_span_split(&value, '=', &name) || value.ptr == NULL)
    return 0;
  for (size_t i = 0; i < N_FIELDS; i++) {
    if (!hc_span_is(name, names[i]))
      continue;
    if (fields[i].ptr != NULL)
      return hc_fault_set(fault, HYCO_EBADVALUE, "the token has two fields %s",
                          names[i]);
    fields[i] = value;
  }
  return 0;
}

/* Digits only, within int64_t. */
static bool read_expiry(struct hc_span text, int64_t *expiry)
{
  int64_t value = 0;

  for (size_t i = 0; i < text.len; i++) {
    int digit = text.ptr[i] - '0';
    if (digit < 0 || digit > 9 || value > (INT64_MAX - digit) / 10)
      return false;
    value = value * 10 + digit;
  }
  *expiry = value;
  return text.len > 0;
}

/* Takes "SharedAccessSignature " off the front. */
static bool skip_scheme(struct hc_span *text)
{
  static const char scheme[] = HC_TOKEN_SCHEME;
  const size_t n = sizeof(scheme) - 1;

  if (text->len <= n || text->ptr[n] != ' ' ||
      !hc_span_is_nocase(hc_span_of(text->ptr, n), scheme))
    return false;
  hc_span_drop(text, n);
  *text = hc_span_trim(*text);
  return true;
}

int hc_token_parse(struct hc_span text, struct hc_token *token,
                   struct hc_fault *fault)
{
  struct hc_span fields[N_FIELDS] = { { NULL, 0 } };
  struct hc_span pair;
  int rc = 0;

  if (text.len > HC_TOKEN_MAX)
    return hc_fault_set(fault, HYCO_EBADVALUE,
                        "the token is longer than %d bytes", HC_TOKEN_MAX);
  text = hc_span_trim(text);
  if (!skip_scheme(&text))
    return hc_fault_set(fault, HYCO_EBADVALUE,
                        "the token does not begin with " HC_TOKEN_SCHEME);
  while (rc == 0 && hc_span_split(&text, '&', &pair))
    rc = read_field(pair, fields, fault);
  if (rc < 0)
    return rc;
  for (size_t i = 0; i < N_FIELDS; i++)
    if (fields[i].len == 0)
      return hc_fault_set(fault, HYCO_EBADVALUE, "the token has no %s",
                          names[i]);
  if (!read_expiry(fields[SE], &token->expiry))
    return hc_fault_set(fault, HYCO_EBADVALUE,
                        "se=%.*s in the token, expected Unix seconds",
                        HC_QUOTE(fields[SE]));
  token->resource = fields[SR];
  token->signature = fields[SIG];
  token->expiry_text = fields[SE];
  token->key_name = fields[SKN];
  return 0;
}

bool hc_token_is_signed_by(const struct hc_token *token, struct hc_span key)
{
  char expected[HC_TOKEN_SIGNATURE_LEN + 1];
  struct hc_buffer given;
  bool is_right = false;

  hc_buffer_init(&given, HC_TOKEN_SIGNATURE_LEN);
  if (hc_url_decode(&given, token->signature) == 0 &&
      hc_token_sign(expected, token->resource, token->expiry_text, key) == 0) {
    is_right =
        hc_equal_constant_time(hc_buffer_span(&given), hc_span_str(expected));
    hc_wipe(expected, sizeof(expected));
  }
  hc_buffer_deinit(&given);
  return is_right;
}

/* Cuts "scheme://host:port/path" into host (without brackets) and path. */
static bool split_resource(struct hc_span uri, struct hc_span *host,
                           struct hc_span *path)
{
  struct hc_span scheme;

  if (!hc_span_split(&uri, ':', &scheme) || uri.len < 2 || uri.ptr[0] != '/' ||
      uri.ptr[1] != '/')
    return false;
  hc_span_drop(&uri, 2);
  struct hc_span authority = uri;
  *path = uri;
  if (hc_span_split(path, '/', &authority) && path->ptr == NULL)
    *path = hc_span_of(authority.ptr, 0);
  bool in_brackets = authority.len > 0 && authority.ptr[0] == '[';
  if (in_brackets)
    hc_span_drop(&authority, 1);
  return hc_span_split(&authority, in_brackets ? ']' : ':', host);
}

static struct hc_span without_slashes(struct hc_span path)
{
  while (path.len > 0 && path.ptr[0] == '/')
    hc_span_drop(&path, 1);
  while (path.len > 0 && path.ptr[path.len - 1] == '/')
    path.len--;
  return path;
}

/* hyco-ws makes tokens for the path with "$hc/" as it stands in the URL. */
static struct hc_span without_hc(struct hc_span path)
{
  if (path.len >= 4 && memcmp(path.ptr, "$hc/", 4) == 0)
    hc_span_drop(&path, 4);
  return path;
}

static bool is_prefix(struct hc_span prefix, struct hc_span path)
{
  if (prefix.len == 0)
    return true;
  if (prefix.len > path.len)
    return false;
  return hc_span_equal_nocase(prefix, hc_span_of(path.ptr, prefix.len)) &&
         (prefix.len == path.len || path.ptr[prefix.len] == '/');
}

bool hc_token_covers(const struct hc_token *token, struct hc_span host,
                     struct hc_span path)
{
  struct hc_buffer uri;
  struct hc_span its_host;
  struct hc_span its_path;
  bool covers = false;

  hc_buffer_init(&uri, HC_TOKEN_MAX);
  if (hc_url_decode(&uri, token->resource) == 0 &&
      split_resource(hc_buffer_span(&uri), &its_host, &its_path)) {
    its_path = without_slashes(without_hc(without_slashes(its_path)));
    covers = hc_span_equal_nocase(its_host, host) &&
             is_prefix(its_path, without_slashes(path));
  }
  hc_buffer_deinit(&uri);
  return covers;
}

static bool decodes_to(struct hc_span text, const char *name)
{
  struct hc_buffer decoded;

  hc_buffer_init(&decoded, HC_TOKEN_MAX);
  bool is_same = hc_url_decode(&decoded, text) == 0 &&
                 hc_span_is(hc_buffer_span(&decoded), name);
  hc_buffer_deinit(&decoded);
  return is_same;
}

bool hc_token_is_by_rule(const struct hc_token *token, const char *name)
{
  struct hc_buffer text;
  bool is_same =
      hc_span_is(token->key_name, name) || decodes_to(token->key_name, name);

  if (is_same)
    return true;
  hc_buffer_init(&text, HC_TOKEN_MAX);
  if (hc_buffer_append(&text, token->key_name) == 0) {
    for (size_t i = text.start; i < text.end; i++)
      if (text.data[i] == '+')
        text.data[i] = ' ';
    is_same = decodes_to(hc_buffer_span(&text), name);
  }
  hc_buffer_deinit(&text);
  return is_same;
}
