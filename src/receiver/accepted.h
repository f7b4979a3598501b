/* One sender that a receiver was offered: from the accept message over the
 * application's decision and the rendezvous to the end of the connection. */
#ifndef HC_RECEIVER_ACCEPTED_H
#define HC_RECEIVER_ACCEPTED_H

#include "base/list.h"
#include "protocol/control.h"
#include "receiver/forward.h"
#include "session/file_sending.h"
#include "session/inbox.h"

struct hc_receiver;

/* TCP, TLS and upgrade of a rendezvous (DESIGN section 8). */
enum { HC_RENDEZVOUS_TIMEOUT_MS = 20000 };

struct hc_accepted {
  struct hc_receiver *receiver;
  struct hc_list node;
  int id;                    /* ConnectionId */
  char uid[HC_GUID_LEN + 1]; /* ConnectionUID */
  struct hc_accept info;
  struct hc_connection *connection; /* NULL: not dialled yet */
  struct hc_forward *forward;       /* NULL: the application has its data */
  char *sub_protocol;               /* that is agreed to */
  bool is_open;
  bool accept_data;
  struct hc_sending sending;
  struct hc_inbox inbox;
};

/* Asks the application, then opens the rendezvous or rejects. Takes the
 * strings of info over. What fails is reported by on_error. */
void hc_accepted_offer(struct hc_receiver *receiver, struct hc_accept *info);

/* Cuts the connection and frees; no event. */
void hc_accepted_free(struct hc_accepted *accepted);

/* Ends it with on_connection_disconnected(1006): it did not end by itself. */
void hc_accepted_abort(struct hc_accepted *accepted, const char *why);

#endif
