/* Writes requests and responses as control messages. */
#include "protocol/control_out.h"
#include "protocol/http1.h"

/* What hc_control_read would refuse is not written. */
static int check_headers(const struct hc_control_header *list, size_t n)
{
  if (n > HC_CONTROL_FIELDS_MAX)
    return HYCO_ETOOLONG;
  for (size_t i = 0; i < n; i++)
    if (!hc_http_value_is_legal(list[i].value))
      return HYCO_EBADVALUE;
  return 0;
}

static void put_headers(struct hc_json_out *json, const char *name,
                        const struct hc_control_header *list, size_t n,
                        bool cookies)
{
  int rc = check_headers(list, n);

  if (rc < 0)
    hc_json_fail(json, rc);
  else
    hc_control_put_headers(json, name, list, n, cookies);
}

/* What a pointer leaves out. */
static void put_whole(struct hc_json_out *json,
                      const struct hc_request_out *request)
{
  if (!hc_http_name_is_legal(request->method) ||
      !hc_http_target_is_legal(request->target))
    hc_json_fail(json, HYCO_EBADVALUE);
  hc_json_put_text(json, "requestTarget", request->target);
  hc_json_put_text(json, "method", request->method);
  put_headers(json, "requestHeaders", request->headers, request->n_headers,
              false);
  hc_control_put_endpoint(json, request->remote_address, request->remote_port);
  hc_json_put_flag(json, "body", request->body);
}

int hc_control_write_request(struct hc_buffer *out,
                             const struct hc_request_out *request)
{
  struct hc_json_out json;

  hc_control_begin(&json, out, "request");
  hc_json_put_text(&json, "address", request->address);
  hc_json_put_text(&json, "id", request->id);
  if (!request->pointer)
    put_whole(&json, request);
  return hc_control_end(&json);
}

int hc_control_write_response(struct hc_buffer *out,
                              const struct hc_response_out *response)
{
  struct hc_json_out json;

  hc_control_begin(&json, out, "response");
  if (response->status < 100 || response->status > 999)
    hc_json_fail(&json, HYCO_EBADVALUE);
  hc_json_put_text(&json, "requestId", response->request_id);
  hc_json_put_integer(&json, "statusCode", response->status);
  if (response->description.len > 0)
    hc_json_put_text(&json, "statusDescription", response->description);
  put_headers(&json, "responseHeaders", response->headers, response->n_headers,
              true);
  hc_json_put_flag(&json, "body", response->body);
  return hc_control_end(&json);
}
