/* Control messages: any text is read or refused with a reason; what is read of
 * HTTP may be written and read again to the same; any headers of a peer make a
 * message that is read, or none. */
#include "protocol/control.h"
#include "protocol/http1.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool condition)
{
  if (!condition)
    abort();
}

/* What may go on into a head of HTTP. */
static void check_fields(const struct hc_control_fields *fields)
{
  require(fields->n <= HC_CONTROL_FIELDS_MAX);
  for (size_t i = 0; i < fields->n; i++) {
    require(hc_http_name_is_legal(hc_span_str(fields->list[i].name)));
    require(hc_http_value_is_legal(hc_span_str(fields->list[i].value)));
  }
}

static struct hc_span span_of(const char *text)
{
  return hc_span_str(text != NULL ? text : "");
}

/* Borrowed from fields. */
static void point_at(struct hc_control_header headers[HC_CONTROL_FIELDS_MAX],
                     const struct hc_control_fields *fields)
{
  for (size_t i = 0; i < fields->n; i++)
    headers[i] =
        (struct hc_control_header){ hc_span_str(fields->list[i].name),
                                    hc_span_str(fields->list[i].value) };
}

static int write_request(struct hc_buffer *out,
                         const struct hc_request *request)
{
  static struct hc_control_header headers[HC_CONTROL_FIELDS_MAX];
  const struct hc_request_out again = {
    .address = span_of(request->address),
    .id = span_of(request->id),
    .target = span_of(request->target),
    .method = span_of(request->method),
    .headers = headers,
    .n_headers = request->headers.n,
    .remote_address = span_of(request->remote_address),
    .remote_port = request->remote_port,
    .pointer = !request->has_body_member,
    .body = request->body,
  };

  point_at(headers, &request->headers);
  return hc_control_write_request(out, &again);
}

static int write_response(struct hc_buffer *out,
                          const struct hc_response *response)
{
  static struct hc_control_header headers[HC_CONTROL_FIELDS_MAX];
  const struct hc_response_out again = {
    .request_id = span_of(response->request_id),
    .status = response->status,
    .description = span_of(response->description),
    .headers = headers,
    .n_headers = response->headers.n,
    .body = response->body,
  };

  point_at(headers, &response->headers);
  return hc_control_write_response(out, &again);
}

static int write_again(struct hc_buffer *out, const struct hc_control *control)
{
  return control->kind == HC_CONTROL_REQUEST
             ? write_request(out, &control->request)
             : write_response(out, &control->response);
}

/* Reads what was written and writes it again. */
static void rewrite(struct hc_buffer *out, struct hc_span text)
{
  struct hc_control control;

  require(hc_control_read(text, &control, NULL) == 0);
  require(write_again(out, &control) == 0);
  hc_control_deinit(&control);
}

/* Joining may leave a blank at an end, which the next reading cuts off; from
 * then on nothing changes. */
static void check_rewritten(const struct hc_control *control)
{
  struct hc_buffer first;
  struct hc_buffer second;
  struct hc_buffer third;

  hc_buffer_init(&first, HC_CONTROL_MAX);
  hc_buffer_init(&second, HC_CONTROL_MAX);
  hc_buffer_init(&third, HC_CONTROL_MAX);
  int rc = write_again(&first, control);
  require(rc == 0 || rc == HYCO_ETOOLONG);
  if (rc == 0) {
    rewrite(&second, hc_buffer_span(&first));
    rewrite(&third, hc_buffer_span(&second));
    require(hc_span_equal(hc_buffer_span(&second), hc_buffer_span(&third)));
  }
  hc_buffer_deinit(&third);
  hc_buffer_deinit(&second);
  hc_buffer_deinit(&first);
}

static void check_request(const struct hc_request *request)
{
  check_fields(&request->headers);
  require(request->headers_json != NULL);
  if (!request->has_body_member) {
    require(request->address != NULL);
    return;
  }
  require(hc_http_name_is_legal(hc_span_str(request->method)));
  require(hc_http_target_is_legal(hc_span_str(request->target)));
}

static void check_response(const struct hc_response *response)
{
  check_fields(&response->headers);
  require(response->request_id != NULL);
  require(response->status >= 100 && response->status <= 999);
}

static void check_http(const struct hc_control *control)
{
  if (control->kind == HC_CONTROL_REQUEST)
    check_request(&control->request);
  else
    check_response(&control->response);
  check_rewritten(control);
}

static void check_read(struct hc_span text)
{
  struct hc_control control;
  struct hc_fault fault;
  int rc = hc_control_read(text, &control, &fault);

  if (rc < 0) {
    require(fault.code == rc && fault.text[0] != '\0');
    return;
  }
  if (control.kind == HC_CONTROL_ACCEPT)
    require(control.accept.address != NULL &&
            control.accept.connect_headers != NULL);
  if (control.kind == HC_CONTROL_RENEW_TOKEN)
    require(control.token != NULL);
  if (control.kind == HC_CONTROL_REQUEST || control.kind == HC_CONTROL_RESPONSE)
    check_http(&control);
  hc_control_deinit(&control);
}

enum { HEADERS_MAX = 20 };

/* Lines "name:value", without NUL: no head that we read has one. */
static size_t split_headers(struct hc_span text,
                            struct hc_control_header headers[HEADERS_MAX])
{
  size_t n = 0;
  struct hc_span line;

  while (n < HEADERS_MAX && hc_span_split(&text, '\n', &line)) {
    struct hc_control_header *header = &headers[n++];
    header->value = hc_span_of(NULL, 0);
    hc_span_split(&line, ':', &header->name);
    hc_span_split(&line, '\n', &header->value);
  }
  return n;
}

static void check_written(struct hc_span text)
{
  struct hc_control_header headers[HEADERS_MAX];
  struct hc_accept_out accept = { .headers = headers, .remote_port = 65535 };
  struct hc_control control;
  struct hc_buffer out;

  accept.n_headers = split_headers(text, headers);
  accept.address = hc_span_str("wss://h/");
  accept.remote_address = text;
  hc_buffer_init(&out, HC_CONTROL_MAX);
  if (hc_control_write_accept(&out, &accept) == 0) {
    require(hc_control_read(hc_buffer_span(&out), &control, NULL) == 0);
    require(control.kind == HC_CONTROL_ACCEPT);
    require(strcmp(control.accept.address, "wss://h/") == 0);
    require(control.accept.remote_port == 65535);
    hc_control_deinit(&control);
  }
  hc_buffer_deinit(&out);
}

/* What was written is read, as that kind. */
static void check_message(const struct hc_buffer *out, int rc,
                          enum hc_control_kind kind)
{
  struct hc_control control;

  require(rc == 0 || rc == HYCO_EBADVALUE || rc == HYCO_ETOOLONG);
  require((rc == 0) == (hc_buffer_len(out) > 0));
  if (rc != 0)
    return;
  require(hc_control_read(hc_buffer_span(out), &control, NULL) == 0);
  require(control.kind == kind);
  check_http(&control);
  hc_control_deinit(&control);
}

static void check_written_http(struct hc_span text)
{
  struct hc_control_header headers[HEADERS_MAX];
  size_t n = split_headers(text, headers);
  const struct hc_request_out request = { .target = hc_span_str("/"),
                                          .method = hc_span_str("GET"),
                                          .headers = headers,
                                          .n_headers = n,
                                          .remote_address = text };
  const struct hc_response_out response = { .request_id = text,
                                            .status = 200,
                                            .description = text,
                                            .headers = headers,
                                            .n_headers = n };
  struct hc_buffer out;
  hc_buffer_init(&out, HC_CONTROL_MAX);

  int rc = hc_control_write_request(&out, &request);
  check_message(&out, rc, HC_CONTROL_REQUEST);
  hc_buffer_clear(&out);
  rc = hc_control_write_response(&out, &response);
  check_message(&out, rc, HC_CONTROL_RESPONSE);
  hc_buffer_deinit(&out);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
  struct hc_span text = hc_span_of(data, size);

  check_read(text);
  if (size > 0 && memchr(data, 0, size) == NULL) {
    check_written(text);
    check_written_http(text);
  }
  return 0;
}
