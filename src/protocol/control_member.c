/* Reads members of a control message. */
#include "protocol/control_member.h"
#include "protocol/json_out.h"

#include <assert.h>

const struct hc_json_value *hc_control_member(struct hc_control_object object,
                                              const char *name)
{
  const struct hc_json_value *value =
      hc_json_member(object.json, object.value, name);

  return value != NULL && value->type != HC_JSON_NULL ? value : NULL;
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

  assert(n <= (size_t)(block->end - block->at) / sizeof *fields);
  memset(fields, 0, n * sizeof *fields);
  block->at += n * sizeof *fields;
  return fields;
}

int hc_control_read_string(struct hc_control_object object, const char *name,
                           char **out, struct hc_fault *fault)
{
  const struct hc_json_value *value = hc_control_member(object, name);

  if (value == NULL)
    return 0;
  if (value->type != HC_JSON_STRING)
    return hc_fault_set(fault, HYCO_EPROTOCOL,
                        "'%s' in the control message is not a string", name);
  *out = hc_control_copy(object.block, value->text);
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
  const struct hc_json_value *endpoint =
      hc_control_member(object, "remoteEndpoint");

  if (endpoint == NULL)
    return 0;
  if (endpoint->type != HC_JSON_OBJECT)
    return hc_control_refuse_object("remoteEndpoint", fault);
  struct hc_control_object inner = { object.json, endpoint, object.block };
  const struct hc_json_value *value = hc_control_member(inner, "port");
  int64_t number = 0;
  if (value != NULL &&
      (!hc_json_integer(value, &number) || number < 0 || number > UINT16_MAX))
    return hc_fault_set(fault, HYCO_EPROTOCOL,
                        "'port' in the control message is not a port");
  *port = (int)number;
  return hc_control_read_string(inner, "address", address, fault);
}

static void put_value(struct hc_json_out *out,
                      const struct hc_json_value *value)
{
  if (value->type != HC_JSON_STRING) {
    hc_json_put_raw(out, value->text);
    return;
  }
  hc_json_begin_text(out);
  hc_json_add_utf8(out, value->text);
  hc_json_end_text(out);
}

static void put_list(struct hc_json_out *out, const struct hc_json *json,
                     const struct hc_json_value *list)
{
  const struct hc_json_value *value = hc_json_first(list);

  hc_json_open(out, NULL, '[');
  for (; value != NULL; value = hc_json_next(json, value))
    put_value(out, value);
  hc_json_close(out, ']');
}

static void put_member(struct hc_json_out *out, const struct hc_json *json,
                       const struct hc_json_value *member)
{
  hc_json_begin_name(out);
  hc_json_add_utf8(out, member->name);
  hc_json_end_name(out);
  if (member->type == HC_JSON_ARRAY)
    put_list(out, json, member);
  else
    put_value(out, member);
}

static int write_again(struct hc_control_object headers, char **out,
                       struct hc_fault *fault)
{
  const struct hc_json_value *member = hc_json_first(headers.value);
  struct hc_buffer text;
  struct hc_json_out writer;

  hc_buffer_init(&text, HC_CONTROL_MAX);
  hc_json_begin(&writer, &text, HC_CONTROL_MAX); /* no longer than it came */
  hc_json_open(&writer, NULL, '{');
  for (; member != NULL; member = hc_json_next(headers.json, member))
    put_member(&writer, headers.json, member);
  hc_json_close(&writer, '}');
  int rc = hc_json_end(&writer);
  if (rc == 0)
    *out = hc_control_copy(headers.block, hc_buffer_span(&text));
  else
    hc_fault_set(fault, rc, "out of memory");
  hc_buffer_deinit(&text);
  return rc;
}

int hc_control_dump(struct hc_control_object headers, char **out,
                    struct hc_fault *fault)
{
  if (headers.value != NULL && !headers.json->is_plain)
    return write_again(headers, out, fault);
  *out =
      hc_control_copy(headers.block, headers.value != NULL ? headers.value->text
                                                           : hc_span_str("{}"));
  return 0;
}
