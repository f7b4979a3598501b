/* The values behind the property table of one object. */
#include "session/property.h"
#include "base/memory.h"
#include "protocol/quote.h"
#include "protocol/ws.h"
#include <errno.h>
#include <stdlib.h>

static const hyco_property_row rows[HYCO_PROPERTY_COUNT] = {
#define XX(id, name, kind, type, access, scope, default_value, min, max, when, \
           help)                                                               \
  { name,                                                                      \
    HYCO_KIND_##kind,                                                          \
    HYCO_TYPE_##type,                                                          \
    HYCO_ACCESS_##access,                                                      \
    HYCO_SCOPE_##scope,                                                        \
    default_value,                                                             \
    min,                                                                       \
    max,                                                                       \
    HYCO_WHEN_##when,                                                          \
    help },
  HYCO_PROPERTY_MAP(XX)
#undef XX
};

const hyco_property_row *hyco_property_get_row(hyco_property p)
{
  return (unsigned)p < HYCO_PROPERTY_COUNT ? &rows[p] : NULL;
}

hyco_property hyco_property_find(const char *name)
{
  struct hc_span wanted = hc_span_str(name != NULL ? name : "");
  int p = 0;
  while (p < HYCO_PROPERTY_COUNT && !hc_span_is_nocase(wanted, rows[p].name))
    p++;
  return (hyco_property)p;
}

bool hc_property_is_number(hyco_property p)
{
  return rows[p].type != HYCO_TYPE_STRING && rows[p].type != HYCO_TYPE_BYTES;
}

void hc_properties_init(struct hc_properties *props)
{
  memset(props, 0, sizeof *props);
  for (int p = 0; p < HYCO_PROPERTY_COUNT; p++) {
    if (hc_property_is_number((hyco_property)p))
      hc_property_read_number((hyco_property)p,
                              hc_span_str(rows[p].default_value),
                              &props->numbers[p], NULL);
  }
}

void hc_properties_deinit(struct hc_properties *props)
{
  for (int p = 0; p < HYCO_PROPERTY_COUNT; p++) {
    hc_secret_free(props->texts[p]);
    props->texts[p] = NULL;
  }
}

int hc_property_check_text(hyco_property p, struct hc_span value,
                           struct hc_fault *fault)
{
  if (rows[p].type != HYCO_TYPE_STRING)
    return hc_fault_set(fault, HYCO_EBADVALUE, "%s is not a text",
                        rows[p].name);
  if (value.len > (uint64_t)rows[p].max)
    return hc_fault_set(fault, HYCO_EBADVALUE,
                        "%s: %zu bytes, at most %lld are allowed", rows[p].name,
                        value.len, (long long)rows[p].max);
  if (value.len > 0 && memchr(value.ptr, 0, value.len) != NULL)
    return hc_fault_set(fault, HYCO_EBADVALUE, "%s: a NUL byte is not allowed",
                        rows[p].name);
  return 0;
}

int hc_properties_set_text(struct hc_properties *props, hyco_property p,
                           struct hc_span value, struct hc_fault *fault)
{
  int rc = hc_property_check_text(p, value, fault);
  if (rc < 0)
    return rc;
  char *copy =
      hc_strndup(value.len > 0 ? (const char *)value.ptr : "", value.len);
  if (copy == NULL)
    return hc_fault_set(fault, HYCO_ENOMEM, "out of memory");
  hc_secret_free(props->texts[p]);
  props->texts[p] = copy;
  return 0;
}

/* Numbers between the least and the greatest value of an enumeration that are
 * none of its values. */
static const struct {
  hyco_property p;
  int first;
  int last;
} gaps[] = {
  { HYCO_CONNECTION_DATA_FORMAT, 3, 8 },
  { HYCO_FIREWALL_TYPE, 4, 9 },
  { HYCO_SSL_CERT_STORE_TYPE, 21, 98 },
};

static int check_enum(hyco_property p, int64_t value, struct hc_fault *fault)
{
  if (value < rows[p].min || value > rows[p].max)
    return hc_fault_set(fault, HYCO_EBADENUM, "%s: %lld is not in %lld..%lld",
                        rows[p].name, (long long)value, (long long)rows[p].min,
                        (long long)rows[p].max);
  for (size_t i = 0; i < sizeof gaps / sizeof *gaps; i++) {
    if (gaps[i].p == p && value >= gaps[i].first && value <= gaps[i].last)
      return hc_fault_set(
          fault, HYCO_EBADENUM, "%s: %lld is not in %lld..%d or %d..%lld",
          rows[p].name, (long long)value, (long long)rows[p].min,
          gaps[i].first - 1, gaps[i].last + 1, (long long)rows[p].max);
  }
  return 0;
}

int hc_property_check_number(hyco_property p, int64_t value,
                             struct hc_fault *fault)
{
  if (!hc_property_is_number(p))
    return hc_fault_set(fault, HYCO_EBADVALUE, "%s is not a number",
                        rows[p].name);
  if (rows[p].type == HYCO_TYPE_ENUM)
    return check_enum(p, value, fault);
  if (value < rows[p].min || value > rows[p].max)
    return hc_fault_set(fault, HYCO_EBADVALUE, "%s: %lld is not in %lld..%lld",
                        rows[p].name, (long long)value, (long long)rows[p].min,
                        (long long)rows[p].max);
  if (p == HYCO_DISCONNECT_STATUS_CODE &&
      !hc_ws_close_code_is_legal((int)value))
    return hc_fault_set(fault, HYCO_EBADVALUE,
                        "%s: %lld must not be on the wire (RFC 6455 7.4)",
                        rows[p].name, (long long)value);
  return 0;
}

int hc_properties_set_number(struct hc_properties *props, hyco_property p,
                             int64_t value, struct hc_fault *fault)
{
  int rc = hc_property_check_number(p, value, fault);
  if (rc == 0)
    props->numbers[p] = value;
  return rc;
}

const char *hc_properties_text(const struct hc_properties *props,
                               hyco_property p)
{
  return props->texts[p] != NULL ? props->texts[p] : rows[p].default_value;
}

int64_t hc_properties_number(const struct hc_properties *props, hyco_property p)
{
  return props->numbers[p];
}

static bool read_flag(struct hc_span text, int64_t *value)
{
  bool yes = hc_span_is_nocase(text, "true") ||
             hc_span_is_nocase(text, "yes") || hc_span_is(text, "1");
  bool no = hc_span_is_nocase(text, "false") || hc_span_is_nocase(text, "no") ||
            hc_span_is(text, "0");
  *value = yes;
  return yes || no;
}

static bool read_integer(struct hc_span text, int64_t *value)
{
  char copy[32];
  char *end = NULL;
  bool is_hex =
      text.len > 2 && text.ptr[0] == '0' && (text.ptr[1] | 0x20) == 'x';

  if (text.len == 0 || text.len >= sizeof copy)
    return false;
  memcpy(copy, text.ptr, text.len);
  copy[text.len] = '\0';
  if (copy[0] != '-' && (copy[0] < '0' || copy[0] > '9'))
    return false; /* strtoll would take blanks and '+' */
  errno = 0;
  *value = strtoll(copy, &end, is_hex ? 16 : 10);
  return errno == 0 && end == copy + text.len;
}

int hc_property_read_number(hyco_property p, struct hc_span text,
                            int64_t *value, struct hc_fault *fault)
{
  bool is_flag = rows[p].type == HYCO_TYPE_BOOL;
  bool ok = is_flag ? read_flag(text, value) : read_integer(text, value);
  if (ok)
    return 0;
  return hc_fault_set(fault, HYCO_EBADVALUE, "%s: \"%.*s\" is not %s",
                      rows[p].name, HC_QUOTE(text),
                      is_flag ? "true or false" : "a whole number");
}
