/* Reads members of a control message. */
#include "protocol/control_member.h"

#include <assert.h>

json_t *hc_control_member(struct hc_control_object object, const char *name)
{
  json_t *value = json_object_get(object.value, name);

  return json_is_null(value) ? NULL : value;
}

struct hc_span hc_control_text(const json_t *value)
{
  return hc_span_of(json_string_value(value), json_string_length(value));
}

char *hc_control_copy(struct hc_control_block *block, struct hc_span text)
{
  char *copy = block->at;

  assert(text.len < (size_t)(block->end - copy));
  if (text.len > 0)
    memcpy(copy, text.ptr, text.len);
  copy[text.len] = '\0';
  block->at += text.len + 1;
  return copy;
}

struct hc_control_field *hc_control_fields(struct hc_control_block *block,
                                           size_t n)
{
  struct hc_control_field *fields = (void *)block->at;

  assert(n <= (size_t)(block->end - block->at) / sizeof(*fields));
  block->at += n * sizeof(*fields);
  return fields;
}

int hc_control_read_string(struct hc_control_object object, const char *name,
                           char **out, struct hc_fault *fault)
{
  const json_t *value = hc_control_member(object, name);

  if (value == NULL)
    return 0;
  if (!json_is_string(value))
    return hc_fault_set(fault, HYCO_EPROTOCOL,
                        "'%s' in the control message is not a string", name);
  *out = hc_control_copy(object.block, hc_control_text(value));
  return 0;
}

int hc_control_refuse_object(const char *name, struct hc_fault *fault)
{
  return hc_fault_set(fault, HYCO_EPROTOCOL,
                      "'%s' in the control message is not an object", name);
}

int hc_control_read_endpoint(struct hc_control_object object, char **address,
                             int *port, struct hc_fault *fault)
{
  struct hc_control_object endpoint = {
    hc_control_member(object, "remoteEndpoint"), object.block
  };

  if (endpoint.value == NULL)
    return 0;
  if (!json_is_object(endpoint.value))
    return hc_control_refuse_object("remoteEndpoint", fault);
  const json_t *value = hc_control_member(endpoint, "port");
  json_int_t number = json_is_integer(value) ? json_integer_value(value) : -1;
  if (value != NULL && (number < 0 || number > UINT16_MAX))
    return hc_fault_set(fault, HYCO_EPROTOCOL,
                        "'port' in the control message is not a port");
  *port = value != NULL ? (int)number : 0;
  return hc_control_read_string(endpoint, "address", address, fault);
}

/* Straight into the block: a text is no longer than it came. */
int hc_control_dump(struct hc_control_object headers, char **out,
                    struct hc_fault *fault)
{
  struct hc_control_block *block = headers.block;
  size_t room = (size_t)(block->end - block->at);

  if (headers.value == NULL) {
    *out = hc_control_copy(block, hc_span_str("{}"));
    return 0;
  }
  size_t n = json_dumpb(headers.value, block->at, room, JSON_COMPACT);
  if (n == 0)
    return hc_fault_set(fault, HYCO_ENOMEM, "out of memory");
  assert(n < room);
  *out = block->at;
  block->at[n] = '\0';
  block->at += n + 1;
  return 0;
}
