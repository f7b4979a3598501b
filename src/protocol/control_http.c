/* Reads requests and responses from control messages. Fault texts quote neither
 * targets nor header values, which may hold tokens. */
#include "protocol/control_member.h"
#include "protocol/http1.h"
#include "protocol/quote.h"

/* Where fields go, with the block that their text goes to. */
struct destination {
  struct hc_control_fields *fields;
  struct hc_control_block *block;
};

/* Room for all is there: count_fields has counted them. The names of a list's
 * elements are one. */
static int add_field(struct destination *to, char **name,
                     const struct hc_json_value *member, struct hc_span value,
                     struct hc_fault *fault)
{
  struct hc_span text = hc_span_trim(value);

  if (!hc_http_value_is_legal(text))
    return hc_fault_set(fault, HYCO_EPROTOCOL,
                        "a control character in the value of header '%.*s'",
                        HC_QUOTE(member->name));
  if (*name == NULL)
    *name = hc_control_copy(to->block, member->name);
  to->fields->list[to->fields->n++] =
      (struct hc_control_field){ *name, hc_control_copy(to->block, text) };
  return 0;
}

/* A string, or the whole number that JavaScript makes of a length. */
static int add_value(struct destination *to, char **name,
                     const struct hc_json_value *member,
                     const struct hc_json_value *value, struct hc_fault *fault)
{
  if (value->type != HC_JSON_STRING && value->type != HC_JSON_INTEGER)
    return hc_fault_set(fault, HYCO_EPROTOCOL,
                        "the value of header '%.*s' is not a string",
                        HC_QUOTE(member->name));
  return add_field(to, name, member, value->text, fault);
}

static int add_member(struct destination *to, const struct hc_json *json,
                      const struct hc_json_value *member,
                      struct hc_fault *fault)
{
  char *name = NULL;
  int rc = 0;

  if (!hc_http_name_is_legal(member->name))
    return hc_fault_set(fault, HYCO_EPROTOCOL, "'%.*s' is not a header name",
                        HC_QUOTE(member->name));
  if (member->type != HC_JSON_ARRAY)
    return add_value(to, &name, member, member, fault);
  const struct hc_json_value *value = hc_json_first(member);
  for (; value != NULL && rc == 0; value = hc_json_next(json, value))
    rc = add_value(to, &name, member, value, fault);
  return rc;
}

static size_t count_fields(struct hc_control_object headers)
{
  const struct hc_json_value *value = hc_json_first(headers.value);
  size_t n = 0;

  for (; value != NULL; value = hc_json_next(headers.json, value))
    n += value->type == HC_JSON_ARRAY ? value->n : 1;
  return n;
}

/* Those of a member, which may be missing; before any string is copied. */
static int read_fields(struct hc_control_object body, const char *member,
                       struct hc_control_fields *fields, struct hc_fault *fault)
{
  struct hc_control_object headers = { body.json,
                                       hc_control_member(body, member),
                                       body.block };
  struct destination to = { fields, body.block };

  if (headers.value == NULL)
    return 0;
  if (headers.value->type != HC_JSON_OBJECT)
    return hc_control_refuse_object(member, fault);
  size_t n = count_fields(headers);
  if (n > HC_CONTROL_FIELDS_MAX)
    return hc_fault_set(fault, HYCO_ETOOLONG,
                        "%zu headers in '%s', expected at most %d", n, member,
                        HC_CONTROL_FIELDS_MAX);
  fields->list = hc_control_fields(body.block, n);
  const struct hc_json_value *value = hc_json_first(headers.value);
  int rc = 0;
  for (; value != NULL && rc == 0; value = hc_json_next(headers.json, value))
    rc = add_member(&to, headers.json, value, fault);
  return rc;
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
  const struct hc_json_value *value = hc_control_member(object, name);

  *is_there = value != NULL;
  *flag = value != NULL && value->type == HC_JSON_TRUE;
  if (value == NULL || *flag || value->type == HC_JSON_FALSE)
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
    body.json, hc_control_member(body, "requestHeaders"), body.block
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
static int status_of(const struct hc_json_value *value)
{
  bool fits = value != NULL && value->text.len == 3 &&
              (value->type == HC_JSON_INTEGER || value->type == HC_JSON_STRING);
  int status = 0;

  if (!fits || value->text.ptr[0] == '0')
    return -1;
  for (size_t i = 0; i < 3; i++) {
    int digit = value->text.ptr[i] - '0';
    if (digit < 0 || digit > 9)
      return -1;
    status = status * 10 + digit;
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
  response->status = status_of(hc_control_member(body, "statusCode"));
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
