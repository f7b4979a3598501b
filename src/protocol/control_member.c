/* Reads members of a control message. */
#include "protocol/control_member.h"

#include "base/memory.h"

const json_t *hc_control_member(const json_t *object, const char *name)
{
  const json_t *value = json_object_get(object, name);

  return json_is_null(value) ? NULL : value;
}

int hc_control_copy_string(const json_t *value, char **out,
                           struct hc_fault *fault)
{
  *out = hc_strndup(json_string_value(value), json_string_length(value));
  if (*out == NULL)
    return hc_fault_set(fault, HYCO_ENOMEM, "out of memory");
  return 0;
}

int hc_control_read_string(const json_t *object, const char *name, char **out,
                           struct hc_fault *fault)
{
  const json_t *value = hc_control_member(object, name);

  if (value == NULL)
    return 0;
  if (!json_is_string(value))
    return hc_fault_set(fault, HYCO_EPROTOCOL,
                        "'%s' in the control message is not a string", name);
  return hc_control_copy_string(value, out, fault);
}

int hc_control_refuse_object(const char *name, struct hc_fault *fault)
{
  return hc_fault_set(fault, HYCO_EPROTOCOL,
                      "'%s' in the control message is not an object", name);
}

int hc_control_read_endpoint(const json_t *object, char **address, int *port,
                             struct hc_fault *fault)
{
  const json_t *endpoint = hc_control_member(object, "remoteEndpoint");

  if (endpoint == NULL)
    return 0;
  if (!json_is_object(endpoint))
    return hc_control_refuse_object("remoteEndpoint", fault);
  const json_t *value = hc_control_member(endpoint, "port");
  json_int_t number = json_is_integer(value) ? json_integer_value(value) : -1;
  if (value != NULL && (number < 0 || number > UINT16_MAX))
    return hc_fault_set(fault, HYCO_EPROTOCOL,
                        "'port' in the control message is not a port");
  *port = value != NULL ? (int)number : 0;
  return hc_control_read_string(endpoint, "address", address, fault);
}

static int set_text(const char *value, char **out, struct hc_fault *fault)
{
  *out = hc_strdup(value);
  return *out != NULL ? 0 : hc_fault_set(fault, HYCO_ENOMEM, "out of memory");
}

int hc_control_dump(const json_t *value, char **out, struct hc_fault *fault)
{
  if (value == NULL)
    return set_text("{}", out, fault);
  size_t n = json_dumpb(value, NULL, 0, JSON_COMPACT);
  char *text = n > 0 ? hc_alloc(n + 1) : NULL;

  if (text == NULL || json_dumpb(value, text, n, JSON_COMPACT) != n) {
    hc_free(text);
    return hc_fault_set(fault, HYCO_ENOMEM, "out of memory");
  }
  text[n] = '\0';
  *out = text;
  return 0;
}
