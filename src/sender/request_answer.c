/* The answer to a sender's HTTP request, and who hears of it. */
#include "sender/request_answer.h"
#include "base/memory.h"
#include "sender/sender.h"

void hc_request_hold(hyco_request *r)
{
  r->holds++;
}

void hc_request_release(hyco_request *r)
{
  if (--r->holds > 0 || !r->freed)
    return;
  hc_sender_headers_deinit(&r->headers);
  hc_free(r->path);
  hc_free(r);
}

void hc_request_finish(hyco_request *r, const struct hc_fault *fault)
{
  hyco_request_done e = { -fault->code, fault->code == 0 ? "OK" : fault->text };

  if (fault->code == HYCO_ECERTVERIFY) /* the files may be others by now */
    r->sender->trust_is_stale = true;
  hc_request_stop(r);
  hc_request_hold(r);
  hc_log_line(&r->sender->log, HC_LOG_INFO, "request done: %d %s", e.error_code,
              e.description);
  if (!r->freed && r->events.on_done != NULL)
    r->events.on_done(r, &e, r->user_data);
  hc_request_release(r);
}

/* A copy with a NUL behind each text. */
struct texts {
  struct hc_buffer bytes;
  bool failed;
};

static const char *keep(struct texts *t, struct hc_span text)
{
  uint8_t *copy = hc_buffer_reserve(&t->bytes, text.len + 1);
  if (copy == NULL) {
    t->failed = true;
    return "";
  }
  if (text.len > 0)
    memcpy(copy, text.ptr, text.len);
  copy[text.len] = '\0';
  hc_buffer_commit(&t->bytes, text.len + 1);
  return (const char *)copy;
}

/* Borrowed texts stay where they are: the whole room is reserved first. */
static void tell_response(hyco_request *r, const struct hc_http_head *head,
                          size_t size)
{
  hyco_response_header headers[HC_HTTP_FIELDS_MAX];
  struct texts t = { 0 };

  size += 2 * HC_HTTP_FIELDS_MAX + 1;
  hc_buffer_init(&t.bytes, size);
  t.failed = hc_buffer_reserve(&t.bytes, size) == NULL;
  hyco_response e = { head->status, keep(&t, head->reason), headers,
                      head->n_fields };
  for (size_t i = 0; i < head->n_fields; i++) {
    headers[i].name = keep(&t, head->fields[i].name);
    headers[i].value = keep(&t, head->fields[i].value);
  }
  struct hc_fault fault;
  if (t.failed) {
    hc_fault_set(&fault, HYCO_ENOMEM, "out of memory");
    hc_request_finish(r, &fault);
  } else if (r->events.on_response != NULL) {
    r->events.on_response(r, &e, r->user_data);
  }
  hc_buffer_deinit_secret(&t.bytes);
}

static void on_head(void *user_data, struct hc_span bytes)
{
  hyco_request *r = user_data;
  struct hc_http_head head;
  struct hc_fault fault;
  size_t scanned = 0;
  size_t size = bytes.len;

  hc_request_hold(r);
  int rc =
      hc_http_read_response(&bytes, HC_HTTP_HEAD_MAX, &scanned, &head, &fault);
  if (rc == 0)
    rc = hc_fault_set(&fault, HYCO_EPROTOCOL, "the answer's head is cut off");
  if (rc > 0 && head.status == 101)
    rc = hc_fault_set(&fault, HYCO_EPROTOCOL,
                      "101: nobody asked for another protocol");
  if (rc < 0)
    hc_request_finish(r, &fault);
  else
    tell_response(r, &head, size);
  hc_request_release(r);
}

static void on_data(void *user_data, struct hc_span data)
{
  hyco_request *r = user_data;
  hyco_response_data e = { data.ptr, data.len };

  hc_request_hold(r);
  if (r->events.on_data != NULL)
    r->events.on_data(r, &e, r->user_data);
  hc_request_release(r);
}

static void push_on(hyco_request *r)
{
  struct hc_fault fault;

  if (hc_request_push(r) == 0)
    return;
  hc_fault_set(&fault, HYCO_ENOMEM, "out of memory");
  hc_request_finish(r, &fault);
}

void hc_request_on_room(void *user_data)
{
  hyco_request *r = user_data;

  if (!r->streams) {
    push_on(r);
    return;
  }
  hc_request_hold(r);
  if (r->events.on_ready_to_send != NULL)
    r->events.on_ready_to_send(r, r->user_data);
  hc_request_release(r);
}

static void on_end(void *user_data, const struct hc_fault *fault)
{
  struct hc_fault copy = *fault; /* it goes with the call */
  hc_request_finish(user_data, &copy);
}

static bool on_verify(void *user_data, const struct hc_tls_verdict *verdict)
{
  hyco_request *r = user_data;

  hc_request_hold(r);
  bool accepted = hc_sender_judge(r->sender, verdict) && r->sender != NULL;
  hc_request_release(r);
  return accepted;
}

const struct hc_http_handler hc_request_http_handler = {
  .on_head = on_head,
  .on_data = on_data,
  .on_room = hc_request_on_room,
  .on_end = on_end,
  .on_verify = on_verify,
};
