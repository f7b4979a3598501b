/* Reads requests and responses from control messages. Fault texts quote neither
 * targets nor header values, which may hold tokens. */
#include "base/memory.h"
#include "protocol/control_member.h"
#include "protocol/http1.h"
#include "protocol/quote.h"

#include <stdio.h>

static int no_memory(struct hc_fault *fault)
{
  return hc_fault_set(fault, HYCO_ENOMEM, "out of memory");
}

static void free_fields(struct hc_control_fields *fields)
{
  for (size_t i = 0; i < fields->n; i++) {
    hc_free(fields->list[i].name);
    hc_free(fields->list[i].value);
  }
  hc_free(fields->list);
  *fields = (struct hc_control_fields){ NULL, 0 };
}

/* Room for all is there: count_fields has counted them. */
static int add_field(struct hc_control_fields *fields, const char *name,
                     struct hc_span value, struct hc_fault *fault)
{
  struct hc_span text = hc_span_trim(value);
  struct hc_control_field *field = &fields->list[fields->n];

  if (!hc_http_value_is_legal(text))
    return hc_fault_set(fault, HYCO_EPROTOCOL,
                        "a control character in the value of header '%s'",
                        name);
  field->name = hc_strdup(name);
  field->value =
      hc_strndup(text.len > 0 ? (const char *)text.ptr : "", text.len);
  fields->n++;
  return field->name != NULL && field->value != NULL ? 0 : no_memory(fault);
}

/* A string, or the whole number that JavaScript makes of a length. */
static int add_value(struct hc_control_fields *fields, const char *name,
                     const json_t *value, struct hc_fault *fault)
{
  char digits[32];

  if (json_is_string(value))
    return add_field(
        fields, name,
        hc_span_of(json_string_value(value), json_string_length(value)), fault);
  if (!json_is_integer(value))
    return hc_fault_set(fault, HYCO_EPROTOCOL,
                        "the value of header '%s' is not a string", name);
  snprintf(digits, sizeof(digits), "%lld",
           (long long)json_integer_value(value));
  return add_field(fields, name, hc_span_str(digits), fault);
}

static int add_member(struct hc_control_fields *fields, const char *name,
                      const json_t *value, struct hc_fault *fault)
{
  if (!hc_http_name_is_legal(hc_span_str(name)))
    return hc_fault_set(fault, HYCO_EPROTOCOL, "'%.*s' is not a header name",
                        HC_QUOTE(hc_span_str(name)));
  if (!json_is_array(value))
    return add_value(fields, name, value, fault);
  int rc = 0;
  for (size_t i = 0; i < json_array_size(value) && rc == 0; i++)
    rc = add_value(fields, name, json_array_get(value, i), fault);
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

static int read_fields(json_t *headers, const char *member,
                       struct hc_control_fields *fields, struct hc_fault *fault)
{
  const char *name;
  json_t *value;

  if (headers == NULL || json_is_null(headers))
    return 0;
  if (!json_is_object(headers))
    return hc_control_refuse_object(member, fault);
  size_t n = count_fields(headers);
  if (n > HC_CONTROL_FIELDS_MAX)
    return hc_fault_set(fault, HYCO_ETOOLONG,
                        "%zu headers in '%s', expected at most %d", n, member,
                        HC_CONTROL_FIELDS_MAX);
  if (n == 0)
    return 0;
  fields->list = hc_alloc_zero(n * sizeof(fields->list[0]));
  if (fields->list == NULL)
    return no_memory(fault);
  json_object_foreach(headers, name, value)
  {
    int rc = add_member(fields, name, value, fault);
    if (rc < 0)
      return rc;
  }
  return 0;
}

/* RFC 9112 3.2: never two of them. */
static int find_host(struct hc_request *request, struct hc_fault *fault)
{
  const char *found = NULL;

  for (size_t i = 0; i < request->headers.n; i++) {
    const struct hc_control_field *field = &request->headers.list[i];
    if (!hc_span_is_nocase(hc_span_str(field->name), "Host"))
      continue;
    if (found != NULL)
      return hc_fault_set(fault, HYCO_EPROTOCOL,
                          "two Host headers in the request message");
    found = field->value;
  }
  if (found == NULL)
    return 0;
  request->host = hc_strdup(found);
  return request->host != NULL ? 0 : no_memory(fault);
}

static int read_flag(const json_t *object, const char *name, bool *is_there,
                     bool *flag, struct hc_fault *fault)
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

static int read_strings(const json_t *body, struct hc_request *request,
                        struct hc_fault *fault)
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

int hc_control_read_request(const json_t *body, struct hc_control *out,
                            struct hc_fault *fault)
{
  struct hc_request *request = &out->request;
  json_t *headers = json_object_get(body, "requestHeaders");
  int rc = read_strings(body, request, fault);

  if (rc == 0)
    rc = read_flag(body, "body", &request->has_body_member, &request->body,
                   fault);
  if (rc == 0)
    rc = read_fields(headers, "requestHeaders", &request->headers, fault);
  if (rc == 0)
    rc = find_host(request, fault);
  if (rc == 0)
    rc = hc_control_dump(json_is_null(headers) ? NULL : headers,
                         &request->headers_json, fault);
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

int hc_control_read_response(const json_t *body, struct hc_control *out,
                             struct hc_fault *fault)
{
  struct hc_response *response = &out->response;
  bool is_there;
  int rc =
      hc_control_read_string(body, "requestId", &response->request_id, fault);

  if (rc == 0)
    rc = require(response->request_id, "requestId", fault);
  if (rc < 0)
    return rc;
  response->status = status_of(json_object_get(body, "statusCode"));
  if (response->status < 0)
    return hc_fault_set(fault, HYCO_EPROTOCOL,
                        "'statusCode' in the control message is not a number "
                        "of 100-999");
  rc = hc_control_read_string(body, "statusDescription", &response->description,
                              fault);
  if (rc == 0)
    rc = read_fields(json_object_get(body, "responseHeaders"),
                     "responseHeaders", &response->headers, fault);
  if (rc == 0)
    rc = read_flag(body, "body", &is_there, &response->body, fault);
  return rc;
}

void hc_request_deinit(struct hc_request *request)
{
  hc_free(request->address);
  hc_free(request->id);
  hc_free(request->target);
  hc_free(request->method);
  hc_free(request->headers_json);
  free_fields(&request->headers);
  hc_free(request->host);
  hc_free(request->remote_address);
}

void hc_response_deinit(struct hc_response *response)
{
  hc_free(response->request_id);
  hc_free(response->description);
  free_fields(&response->headers);
}
