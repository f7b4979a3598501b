/* Rejecting a sender: the rendezvous address with a status. */
#include "receiver/reject.h"
#include "base/memory.h"
#include "protocol/url.h"

enum { STATUS_GONE = 410 }; /* the service's answer to a rejection */

void hc_reject_free(struct hc_reject *reject)
{
  hc_list_remove(&reject->node);
  hc_link_close(reject->link, HC_STREAM_ABORT);
  hc_free(reject);
}

static void on_failed(void *user_data, int status, const struct hc_fault *fault)
{
  struct hc_reject *reject = user_data;
  struct hc_fault copy;
  void (*on_error)(void *, const struct hc_fault *) = reject->on_error;
  void *owner = reject->user_data;

  hc_fault_set(&copy, HYCO_ERENDEZVOUS, "rejecting failed: %s", fault->text);
  hc_reject_free(reject);
  if (status != STATUS_GONE)
    on_error(owner, &copy);
}

static void on_open(void *user_data, struct hc_span sub_protocol)
{
  static const struct hc_fault joined = { HYCO_EPROTOCOL,
                                          "the service joined it instead" };
  (void)sub_protocol;
  on_failed(user_data, 0, &joined);
}

static bool on_verify(void *user_data, const struct hc_tls_verdict *verdict)
{
  struct hc_reject *reject = user_data;
  return reject->on_verify(reject->user_data, verdict);
}

/* Never open: on_chunk, on_close, on_drain and on_end cannot come. */
static const struct hc_link_handler handler = {
  .on_open = on_open,
  .on_failed = on_failed,
  .on_verify = on_verify,
};

int hc_reject_start(struct hc_reject *reject,
                    const struct hc_link_options *link, int status,
                    const char *description, struct hc_fault *fault)
{
  struct hc_link_options options = *link;
  struct hc_buffer target;

  hc_buffer_init(&target, HC_TARGET_MAX);
  int rc = hc_buffer_append(&target, link->target);
  if (rc == 0)
    rc = hc_buffer_printf(&target,
                          "&sb-hc-statusCode=%d"
                          "&sb-hc-statusDescription=",
                          status);
  if (rc == 0)
    rc = hc_url_encode(&target, hc_span_str(description), "");
  if (rc < 0) {
    hc_fault_set(fault, rc, "the rejection is too long");
  } else {
    options.target = hc_buffer_span(&target);
    rc = hc_link_open(reject->net, &options, &handler, reject, &reject->link,
                      fault);
  }
  hc_buffer_deinit(&target);
  return rc;
}
