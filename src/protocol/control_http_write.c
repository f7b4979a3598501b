/* Writes requests and responses as control messages. */
#include "protocol/control_out.h"
#include "protocol/http1.h"

/* What hc_control_read would refuse is not written. */
static int check_headers(const struct hc_control_header *list, size_t n)
{
  if (n > HC_CONTROL_FIELDS_MAX)
    return HYCO_ETOOLONG;
  for (size_t i = 0; i < n; i++)
    if (!hc_http_name_is_legal(list[i].name) ||
        !hc_http_value_is_legal(list[i].value))
      return HYCO_EBADVALUE;
  return 0;
}

static int set_flag(json_t *object, const char *name, bool flag)
{
  int rc = json_object_set_new(object, name, json_boolean(flag));

  return rc == 0 ? 0 : HYCO_ENOMEM;
}

static int set_headers(json_t *body, const char *name,
                       const struct hc_control_header *list, size_t n,
                       bool cookies)
{
  int rc = check_headers(list, n);
  json_t *headers = rc == 0 ? hc_control_add_object(body, name) : NULL;

  if (headers == NULL)
    return rc < 0 ? rc : HYCO_ENOMEM;
  return hc_control_set_headers(headers, list, n, cookies);
}

/* What a pointer leaves out. */
static int fill_whole(json_t *body, const struct hc_request_out *request)
{
  if (!hc_http_name_is_legal(request->method) ||
      !hc_http_target_is_legal(request->target))
    return HYCO_EBADVALUE;
  int rc = hc_control_set_text(body, "requestTarget", request->target);
  if (rc == 0)
    rc = hc_control_set_text(body, "method", request->method);
  if (rc == 0)
    rc = set_headers(body, "requestHeaders", request->headers,
                     request->n_headers, false);
  if (rc == 0)
    rc = hc_control_set_endpoint(body, request->remote_address,
                                 request->remote_port);
  if (rc == 0)
    rc = set_flag(body, "body", request->body);
  return rc;
}

static int fill_request(json_t *body, const struct hc_request_out *request)
{
  int rc = hc_control_set_text(body, "address", request->address);

  if (rc == 0)
    rc = hc_control_set_text(body, "id", request->id);
  if (rc == 0 && !request->pointer)
    rc = fill_whole(body, request);
  return rc;
}

static int fill_response(json_t *body, const struct hc_response_out *response)
{
  if (response->status < 100 || response->status > 999)
    return HYCO_EBADVALUE;
  int rc = hc_control_set_text(body, "requestId", response->request_id);
  if (rc == 0 && json_object_set_new(body, "statusCode",
                                     json_integer(response->status)) != 0)
    rc = HYCO_ENOMEM;
  if (rc == 0 && response->description.len > 0)
    rc = hc_control_set_text(body, "statusDescription", response->description);
  if (rc == 0)
    rc = set_headers(body, "responseHeaders", response->headers,
                     response->n_headers, true);
  if (rc == 0)
    rc = set_flag(body, "body", response->body);
  return rc;
}

int hc_control_write_request(struct hc_buffer *out,
                             const struct hc_request_out *request)
{
  json_t *root = json_object();
  json_t *body = hc_control_add_object(root, "request");
  int rc = body != NULL ? fill_request(body, request) : HYCO_ENOMEM;

  if (rc == 0)
    rc = hc_control_append(out, root);
  json_decref(root);
  return rc;
}

int hc_control_write_response(struct hc_buffer *out,
                              const struct hc_response_out *response)
{
  json_t *root = json_object();
  json_t *body = hc_control_add_object(root, "response");
  int rc = body != NULL ? fill_response(body, response) : HYCO_ENOMEM;

  if (rc == 0)
    rc = hc_control_append(out, root);
  json_decref(root);
  return rc;
}
