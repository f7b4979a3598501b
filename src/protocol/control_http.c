/* Reads requests and responses from control messages. Fault texts quote neither
 * targets nor header values, which may hold tokens. */
#include "protocol/control_member.h"
#include "protocol/http1.h"
#include "protocol/quote.h"

#include <stdio.h>

/* Where fields go, and the block for their text. */
struct destination {
  struct hc_control_fields *fields;
  struct hc_control_block *block;
};

/* A member of headers; copy: its name in the block, once there is one. */
struct member {
  const char *name;
  char *copy;
};

/* Room for all is there: count_fields has counted them. */
static int add_field(struct destination *to, struct member *member,
                     struct hc_span value, struct hc_fault *fault)
{
  struct hc_span text = hc_span_trim(value);

  if (!hc_http_value_is_legal(text))
    return hc_fault_set(fault, HYCO_EPROTOCOL,
                        "a control character in the value of header '%s'",
                        member->name);
  if (member->copy == NULL)
    member->copy = hc_control_copy(to->block, hc_span_str(member->name));
  to->fields->list[to->fields->n++] =
      (struct hc_control_field){ member->copy,
                                 hc_control_copy(to->block, text) };
  return 0;
}

/* A string, or the whole number that JavaScript makes of a length. */
static int add_value(struct destination *to, struct member *member,
                     const json_t *value, struct hc_fault *fault)
{
  char digits[32];

  if (json_is_string(value))
    return add_field(to, member, hc_control_text(value), fault);
  if (!json_is_integer(value))
    return hc_fault_set(fault, HYCO_EPROTOCOL,
                        "the value of header '%s' is not a string",
                        member->name);
  snprintf(digits, sizeof(digits), "%lld",
           (long long)json_integer_value(value));
  return add_field(to, member, hc_span_str(digits), fault);
}

static int add_member(struct destination *to, const char *name,
                      const json_t *value, struct hc_fault *fault)
{
  struct member member = { name, NULL };

  if (!hc_http_name_is_legal(hc_span_str(name)))
    return hc_fault_set(fault, HYCO_EPROTOCOL, "'%.*s' is not a header name",
                        HC_QUOTE(hc_span_str(name)));
  if (!json_is_array(value))
    return add_value(to, &member, value, fault);
  int rc = 0;
  for (size_t i = 0; i < json_array_size(value) && rc == 0; i++)
    rc = add_value(to, &member, json_array_get(value, i), fault);
  return rc;
}

static size_t count_fields(json_t *headers)
{
  const char *name;
  json_t *value;
  size_t n = 0;

  json_object_foreach(headers, name, value)
  {
    n += json_is_array(value) ? json_array_size(value) : 1;
  }
  return n;
}

/* Those of a member, which may be missing; before any string is copied. */
static int read_fields(struct hc_control_object body, const char *member,
                       struct hc_control_fields *fields, struct hc_fault *fault)
{
  json_t *headers = hc_control_member(body, member);
  struct destination to = { fields, body.block };
  const char *name;
  json_t *value;

  if (headers == NULL)
    return 0;
  if (!json_is_object(headers))
    return hc_control_refuse_object(member, fault);
  size_t n = count_fields(headers);
  if (n > HC_CONTROL_FIELDS_MAX)
    return hc_fault_set(fault, HYCO_ETOOLONG,
                        "%zu headers in '%s', expected at most %d", n, member,
                        HC_CONTROL_FIELDS_MAX);
  fields->list = hc_control_fields(body.block, n);
  json_object_foreach(headers, name, value)
  {
    int rc = add_member(&to, name, value, fault);
    if (rc < 0)
      return rc;
  }
  return 0;
}

/* RFC 9112 3.2: never two of them. */
static int find_host(struct hc_request *request, struct hc_fault *fault)
{
  char *found = NULL;

  for (size_t i = 0; i < request->headers.n; i++) {
    const struct hc_control_field *field = &request->headers.list[i];
    if (!hc_span_is_nocase(hc_span_str(field->name), "Host"))
      continue;
    if (found != NULL)
      return hc_fault_set(fault, HYCO_EPROTOCOL,
                          "two Host headers in the request message");
    found = field->value;
  }
  request->host = found;
  return 0;
}

static int read_flag(struct hc_control_object object, const char *name,
                     bool *is_there, bool *flag, struct hc_fault *fault)
{
  const json_t *value = hc_control_member(object, name);

  *is_there = value != NULL;
  *flag = json_is_true(value);
  if (value == NULL || json_is_boolean(value))
    return 0;
  return hc_fault_set(fault, HYCO_EPROTOCOL,
                      "'%s' in the control message is not true or false", name);
}

static int require(const char *value, const char *name, struct hc_fault *fault)
{
  if (value != NULL)
    return 0;
  return hc_fault_set(fault, HYCO_EPROTOCOL, "no '%s' in the control message",
                      name);
}

/* What a request must have, whole or a pointer (spec 1.6). */
static int check_request(const struct hc_request *request,
                         struct hc_fault *fault)
{
  if (!request->has_body_member)
    return require(request->address, "address", fault);
  int rc = require(request->method, "method", fault);
  if (rc == 0)
    rc = require(request->target, "requestTarget", fault);
  if (rc < 0)
    return rc;
  if (!hc_http_name_is_legal(hc_span_str(request->method)))
    return hc_fault_set(fault, HYCO_EPROTOCOL, "'%.*s' is not an HTTP method",
                        HC_QUOTE(hc_span_str(request->method)));
  if (!hc_http_target_is_legal(hc_span_str(request->target)))
    return hc_fault_set(fault, HYCO_EPROTOCOL,
                        "'requestTarget' is not a percent-encoded path");
  return 0;
}

static int read_strings(struct hc_control_object body,
                        struct hc_request *request, struct hc_fault *fault)
{
  int rc = hc_control_read_string(body, "address", &request->address, fault);

  if (rc == 0)
    rc = hc_control_read_string(body, "id", &request->id, fault);
  if (rc == 0)
    rc = hc_control_read_string(body, "requestTarget", &request->target, fault);
  if (rc == 0)
    rc = hc_control_read_string(body, "method", &request->method, fault);
  return rc;
}

int hc_control_read_request(struct hc_control_object body,
                            struct hc_control *out, struct hc_fault *fault)
{
  struct hc_request *request = &out->request;
  struct hc_control_object headers = {
    hc_control_member(body, "requestHeaders"), body.block
  };
  int rc = read_fields(body, "requestHeaders", &request->headers, fault);

  if (rc == 0)
    rc = find_host(request, fault);
  if (rc == 0)
    rc = hc_control_dump(headers, &request->headers_json, fault);
  if (rc == 0)
    rc = read_strings(body, request, fault);
  if (rc == 0)
    rc = read_flag(body, "body", &request->has_body_member, &request->body,
                   fault);
  if (rc == 0)
    rc = hc_control_read_endpoint(body, &request->remote_address,
                                  &request->remote_port, fault);
  if (rc == 0)
    rc = check_request(request, fault);
  return rc;
}

/* Spec hybrid-connections.md 1.6: the guide's examples quote it, the SDKs do
 * not. -1: it is neither. */
static int status_of(const json_t *value)
{
  if (json_is_integer(value)) {
    json_int_t number = json_integer_value(value);
    return number >= 100 && number <= 999 ? (int)number : -1;
  }
  const char *text = json_string_value(value);
  if (text == NULL || strlen(text) != 3 || text[0] == '0')
    return -1;
  int status = 0;
  for (size_t i = 0; i < 3; i++) {
    if (text[i] < '0' || text[i] > '9')
      return -1;
    status = status * 10 + text[i] - '0';
  }
  return status;
}

int hc_control_read_response(struct hc_control_object body,
                             struct hc_control *out, struct hc_fault *fault)
{
  struct hc_response *response = &out->response;
  bool is_there;
  int rc = read_fields(body, "responseHeaders", &response->headers, fault);

  if (rc == 0)
    rc =
        hc_control_read_string(body, "requestId", &response->request_id, fault);
  if (rc == 0)
    rc = require(response->request_id, "requestId", fault);
  if (rc < 0)
    return rc;
  response->status = status_of(json_object_get(body.value, "statusCode"));
  if (response->status < 0)
    return hc_fault_set(fault, HYCO_EPROTOCOL,
                        "'statusCode' in the control message is not a number "
                        "of 100-999");
  rc = hc_control_read_string(body, "statusDescription", &response->description,
                              fault);
  if (rc == 0)
    rc = read_flag(body, "body", &is_there, &response->body, fault);
  return rc;
}
