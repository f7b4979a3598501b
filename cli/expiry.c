/* Reads the end of a token out of it. Nothing is checked: the service does. */
#include "expiry.h"
#include "secret.h"

#include <stdbool.h>
#include <stddef.h>
#include <string.h>

/* Decimal digits up to anything else; 0 if there are none or too many. A
 * fraction, which RFC 7519 allows in exp, is left out. */
static int64_t number_at(const char *text)
{
  int64_t number = 0;
  for (; *text >= '0' && *text <= '9'; text++) {
    if (number > INT64_MAX / 10 - 1)
      return 0;
    number = number * 10 + (*text - '0');
  }
  return number;
}

/* SharedAccessSignature sr=...&sig=...&se=1700000000&skn=... */
static int64_t signature_expiry(const char *fields)
{
  while (fields != NULL) {
    if (strncmp(fields, "se=", 3) == 0)
      return number_at(fields + 3);
    fields = strchr(fields, '&');
    fields = fields != NULL ? fields + 1 : NULL;
  }
  return 0;
}

/* The value of a digit of base64url (RFC 4648 5), -1 if it is none. */
static int digit(char c)
{
  static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
                               "abcdefghijklmnopqrstuvwxyz0123456789-_";
  const char *found = c != '\0' ? strchr(digits, c) : NULL;
  return found != NULL ? (int)(found - digits) : -1;
}

/* Decodes up to the first character that is no digit; out has room for len. */
static void decode(const char *text, size_t len, char *out)
{
  unsigned bits = 0;
  int n_bits = 0;
  for (size_t i = 0; i < len && digit(text[i]) >= 0; i++) {
    bits = bits << 6 | (unsigned)digit(text[i]);
    n_bits += 6;
    if (n_bits < 8)
      continue;
    n_bits -= 8;
    *out++ = (char)(bits >> n_bits & 0xff);
  }
  *out = '\0';
}

/* Past the string that begins with the quote at p. */
static const char *skip_string(const char *p)
{
  for (p++; *p != '\0' && *p != '"'; p++)
    if (*p == '\\' && p[1] != '\0')
      p++;
  return *p == '"' ? p + 1 : p;
}

static const char *skip_space(const char *p)
{
  return p + strspn(p, " \t\r\n");
}

/* The member "exp" of the outermost object. */
static int64_t payload_expiry(const char *p)
{
  static const char name[] = "\"exp\"";
  int depth = 0;
  while (*p != '\0') {
    bool is_name = depth == 1 && strncmp(p, name, sizeof name - 1) == 0;
    if (*p == '{' || *p == '[')
      depth++;
    if (*p == '}' || *p == ']')
      depth--;
    p = *p == '"' ? skip_string(p) : p + 1;
    if (is_name && *skip_space(p) == ':')
      return number_at(skip_space(skip_space(p) + 1));
  }
  return 0;
}

/* header.payload.signature (RFC 7519 3) */
static int64_t jwt_expiry(const char *token)
{
  char payload[HC_CLI_SECRET_MAX]; /* as long as the longest token */
  const char *begin = strchr(token, '.');
  const char *end = begin != NULL ? strchr(begin + 1, '.') : NULL;
  if (end == NULL || (size_t)(end - begin) >= sizeof payload)
    return 0;
  decode(begin + 1, (size_t)(end - begin - 1), payload);
  int64_t expiry = payload_expiry(payload);
  explicit_bzero(payload, sizeof payload);
  return expiry;
}

int64_t hc_cli_token_expiry(const char *token)
{
  static const char sas[] = "SharedAccessSignature ";
  if (strncmp(token, sas, sizeof sas - 1) == 0)
    return signature_expiry(token + sizeof sas - 1);
  return jwt_expiry(token);
}
