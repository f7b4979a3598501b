/* Rejecting a sender: the rendezvous address with a status, answered by 410
 * (spec protocol.md, "To reject"). */
#ifndef HC_RECEIVER_REJECT_H
#define HC_RECEIVER_REJECT_H

#include "base/list.h"
#include "session/link.h"

/* One rejection under way; it frees itself when the service has answered. */
struct hc_reject {
  struct hc_list node; /* in the receiver's list */
  struct hc_net *net;
  struct hc_link *link;
  void (*on_error)(void *user_data, const struct hc_fault *fault);
  bool (*on_verify)(void *user_data, const struct hc_tls_verdict *verdict);
  void *user_data;
};

/* Starts. on_error is called if the service answers with anything but 410.
 * link: of the rendezvous. 0, HYCO_ETOOLONG, HYCO_ENOMEM, and what hc_link_open
 * returns: then reject is the caller's. */
int hc_reject_start(struct hc_reject *reject,
                    const struct hc_link_options *link, int status,
                    const char *description, struct hc_fault *fault);

/* Drops one that is under way. */
void hc_reject_free(struct hc_reject *reject);

#endif
