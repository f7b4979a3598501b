/* Reads connection strings. Fault texts never hold the value of a key or a
 * signature, nor a name that could be a key in the wrong place. */
#include "protocol/connection_string.h"
#include "protocol/quote.h"
#include "protocol/url.h"

enum element {
  ENDPOINT,
  ENTITY_PATH,
  KEY_NAME,
  KEY,
  SIGNATURE,
  OPERATION_TIMEOUT,
  AUTHENTICATION,
  EMULATOR,
  N_ELEMENTS
};

static const char *const names[N_ELEMENTS] = {
  "Endpoint",
  "EntityPath",
  "SharedAccessKeyName",
  "SharedAccessKey",
  "SharedAccessSignature",
  "OperationTimeout",
  "Authentication",
  "UseDevelopmentEmulator",
};

/* Longer names may be a key that was given instead of a connection string. */
enum { SHOWN_NAME_MAX = 30 };

static int check_bytes(struct hc_span text, struct hc_fault *fault)
{
  for (size_t i = 0; i < text.len; i++)
    if ((text.ptr[i] < 0x20 && text.ptr[i] != '\t') || text.ptr[i] == 0x7f)
      return hc_fault_set(fault, HYCO_EBADVALUE,
                          "a control character in the connection string");
  return 0;
}

static int refuse_name(struct hc_span name, struct hc_fault *fault)
{
  if (name.len > SHOWN_NAME_MAX)
    return hc_fault_set(fault, HYCO_EBADVALUE,
                        "an unknown key in the connection string");
  return hc_fault_set(fault, HYCO_EBADVALUE,
                      "unknown key '%.*s' in the connection string",
                      HC_QUOTE(name));
}

static int read_element(struct hc_span element,
                        struct hc_span values[N_ELEMENTS],
                        struct hc_fault *fault)
{
  struct hc_span value = element;
  struct hc_span name;

  if (!hc_span_split(&value, '=', &name) || value.ptr == NULL)
    return hc_fault_set(fault, HYCO_EBADVALUE,
                        "the connection string is not Key=Value;Key=Value...");
  name = hc_span_trim(name);
  value = hc_span_trim(value);
  for (size_t i = 0; i < N_ELEMENTS; i++) {
    if (!hc_span_is_nocase(name, names[i]))
      continue;
    if (values[i].ptr != NULL)
      return hc_fault_set(fault, HYCO_EBADVALUE,
                          "%s stands twice in the connection string", names[i]);
    if (value.len == 0)
      return hc_fault_set(fault, HYCO_EBADVALUE,
                          "%s is empty in the connection string", names[i]);
    values[i] = value;
    return 0;
  }
  return refuse_name(name, fault);
}

static int read_elements(struct hc_span text, struct hc_span values[N_ELEMENTS],
                         struct hc_fault *fault)
{
  struct hc_span element;

  while (hc_span_split(&text, ';', &element)) {
    bool is_last = text.ptr == NULL;
    if (is_last && hc_span_trim(element).len == 0)
      break;
    int rc = read_element(element, values, fault);
    if (rc < 0)
      return rc;
  }
  if (values[ENDPOINT].ptr == NULL)
    return hc_fault_set(fault, HYCO_EBADVALUE,
                        "no Endpoint in the connection string");
  return 0;
}

/* Spec hybrid-connections.md 1.4: what comes together, what excludes what. */
static int check_together(const struct hc_span values[N_ELEMENTS],
                          struct hc_fault *fault)
{
  bool has_key = values[KEY].ptr != NULL;
  int ways = has_key + (values[SIGNATURE].ptr != NULL) +
             (values[AUTHENTICATION].ptr != NULL);

  if (has_key != (values[KEY_NAME].ptr != NULL))
    return hc_fault_set(fault, HYCO_EBADVALUE,
                        "SharedAccessKeyName and SharedAccessKey must come "
                        "together");
  if (ways > 1)
    return hc_fault_set(fault, HYCO_EBADVALUE,
                        "SharedAccessKey, SharedAccessSignature and "
                        "Authentication exclude each other");
  return 0;
}

static int read_endpoint(struct hc_span value, struct hc_connection_string *out,
                         struct hc_fault *fault)
{
  struct hc_url url;

  if (hc_url_parse(value, &url, NULL) < 0 ||
      !hc_span_is_nocase(url.scheme, "sb") ||
      (url.target.len > 0 && !hc_span_is(url.target, "/")))
    return hc_fault_set(fault, HYCO_EBADVALUE,
                        "Endpoint '%.*s', expected sb://host/ or "
                        "sb://host:port/",
                        HC_QUOTE(value));
  out->host = url.host;
  out->port = url.has_port ? url.port : 0;
  return 0;
}

enum { DIGITS_MAX = 9 /* no sum of them overflows */ };

/* Takes digits off the front; false if there are none or too many. */
static bool take_number(struct hc_span *text, int64_t *number)
{
  size_t n = 0;

  *number = 0;
  while (n < text->len && text->ptr[n] >= '0' && text->ptr[n] <= '9' &&
         n <= DIGITS_MAX) {
    *number = *number * 10 + (text->ptr[n] - '0');
    n++;
  }
  hc_span_drop(text, n);
  return n > 0 && n <= DIGITS_MAX;
}

static bool take_byte(struct hc_span *text, char byte)
{
  if (text->len == 0 || text->ptr[0] != (uint8_t)byte)
    return false;
  hc_span_drop(text, 1);
  return true;
}

/* .NET writes a TimeSpan "[d.]hh:mm:ss", Java whole seconds. */
static bool read_duration(struct hc_span text, int64_t *seconds)
{
  int64_t days = 0;
  int64_t hours;
  int64_t minutes;
  int64_t rest;

  if (!take_number(&text, &hours))
    return false;
  if (text.len == 0) {
    *seconds = hours;
    return true;
  }
  if (take_byte(&text, '.')) {
    days = hours;
    if (!take_number(&text, &hours))
      return false;
  }
  if (!take_byte(&text, ':') || !take_number(&text, &minutes) ||
      !take_byte(&text, ':') || !take_number(&text, &rest))
    return false;
  *seconds = ((days * 24 + hours) * 60 + minutes) * 60 + rest;
  return text.len == 0 && hours < 24 && minutes < 60 && rest < 60;
}

static int read_timeout(struct hc_span value, struct hc_connection_string *out,
                        struct hc_fault *fault)
{
  if (value.ptr == NULL)
    return 0;
  if (!read_duration(value, &out->operation_timeout_s) ||
      out->operation_timeout_s == 0)
    return hc_fault_set(fault, HYCO_EBADVALUE,
                        "OperationTimeout '%.*s', expected [d.]hh:mm:ss or "
                        "seconds, above 0",
                        HC_QUOTE(value));
  return 0;
}

static int read_authentication(struct hc_span value,
                               struct hc_connection_string *out,
                               struct hc_fault *fault)
{
  if (value.ptr == NULL)
    return 0;
  out->managed_identity = hc_span_is_nocase(value, "ManagedIdentity") ||
                          hc_span_is_nocase(value, "Managed Identity");
  if (!out->managed_identity)
    return hc_fault_set(fault, HYCO_EBADVALUE,
                        "Authentication '%.*s', expected ManagedIdentity",
                        HC_QUOTE(value));
  return 0;
}

static int read_emulator(struct hc_span value, struct hc_connection_string *out,
                         struct hc_fault *fault)
{
  if (value.ptr == NULL || hc_span_is_nocase(value, "false"))
    return 0;
  if (!hc_span_is_nocase(value, "true"))
    return hc_fault_set(fault, HYCO_EBADVALUE,
                        "UseDevelopmentEmulator '%.*s', expected true or false",
                        HC_QUOTE(value));
  if (!hc_url_host_is_loopback(out->host))
    return hc_fault_set(fault, HYCO_EBADVALUE,
                        "UseDevelopmentEmulator with Endpoint host '%.*s', "
                        "expected localhost",
                        HC_QUOTE(out->host));
  out->emulator = true;
  return 0;
}

int hc_connection_string_parse(struct hc_span text,
                               struct hc_connection_string *out,
                               struct hc_fault *fault)
{
  struct hc_span values[N_ELEMENTS] = { { NULL, 0 } };

  memset(out, 0, sizeof(*out));
  if (text.len > HC_CONNECTION_STRING_MAX)
    return hc_fault_set(fault, HYCO_ETOOLONG,
                        "the connection string is longer than %d bytes",
                        HC_CONNECTION_STRING_MAX);
  int rc = check_bytes(text, fault);
  if (rc == 0)
    rc = read_elements(text, values, fault);
  if (rc == 0)
    rc = check_together(values, fault);
  if (rc == 0)
    rc = read_endpoint(values[ENDPOINT], out, fault);
  if (rc == 0)
    rc = read_timeout(values[OPERATION_TIMEOUT], out, fault);
  if (rc == 0)
    rc = read_authentication(values[AUTHENTICATION], out, fault);
  if (rc == 0)
    rc = read_emulator(values[EMULATOR], out, fault);
  out->entity_path = values[ENTITY_PATH];
  out->key_name = values[KEY_NAME];
  out->key = values[KEY];
  out->signature = values[SIGNATURE];
  return rc;
}
