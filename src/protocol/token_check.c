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

/* Decodes a field. Without the heap: no lack of memory may turn into a refusal
 * that a listener takes as final. */
static bool decode(uint8_t dst[HC_TOKEN_MAX], struct hc_span field,
                   struct hc_span *decoded)
{
  size_t len;

  if (field.len > HC_TOKEN_MAX || hc_url_decode_to(dst, field, &len) != 0)
    return false;
  *decoded = hc_span_of(dst, len);
  return true;
}

bool hc_token_is_signed_by(const struct hc_token *token, struct hc_span key)
{
  uint8_t text[HC_TOKEN_MAX];
  char expected[HC_TOKEN_SIGNATURE_LEN + 1];
  struct hc_span given;

  if (!decode(text, token->signature, &given) ||
      hc_token_sign(expected, token->resource, token->expiry_text, key) != 0)
    return false;
  bool is_right = hc_equal_constant_time(given, hc_span_str(expected));
  hc_wipe(expected, sizeof(expected));
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
  uint8_t text[HC_TOKEN_MAX];
  struct hc_span uri;
  struct hc_span its_host;
  struct hc_span its_path;

  if (!decode(text, token->resource, &uri) ||
      !split_resource(uri, &its_host, &its_path))
    return false;
  its_path = without_slashes(without_hc(without_slashes(its_path)));
  return hc_span_equal_nocase(its_host, host) &&
         is_prefix(its_path, without_slashes(path));
}

static bool decodes_to(struct hc_span field, const char *name)
{
  uint8_t text[HC_TOKEN_MAX];
  struct hc_span decoded;

  return decode(text, field, &decoded) && hc_span_is(decoded, name);
}

bool hc_token_is_by_rule(const struct hc_token *token, const char *name)
{
  struct hc_span field = token->key_name;
  uint8_t text[HC_TOKEN_MAX];

  if (hc_span_is(field, name) || decodes_to(field, name))
    return true;
  if (field.len > sizeof text)
    return false;
  for (size_t i = 0; i < field.len; i++)
    text[i] = field.ptr[i] == '+' ? ' ' : field.ptr[i];
  return decodes_to(hc_span_of(text, field.len), name);
}
