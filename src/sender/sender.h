/* The sender: one connection to a hybrid connection at a time. src/api puts it
 * behind hyco/sender.h. */
#ifndef HC_SENDER_SENDER_H
#define HC_SENDER_SENDER_H

#include "session/connection.h"
#include "session/surface.h"
#include <hyco/sender.h>

/* The service holds its answer while a receiver decides (DESIGN section 8). */
enum { HC_CONNECT_TIMEOUT_MS = 70000 };

struct hc_sender {
  struct hc_net *net;
  hyco_sender *self; /* what handlers are given; may be NULL in tests */
  hyco_sender_events events;
  void *user_data;
  struct hc_surface surface;
  struct hc_log log;
  bool freed;

  struct hc_connection *connection; /* NULL while idle */
  bool is_open;
  struct hc_tls *tls;
  char id[HC_GUID_LEN + 1]; /* a GUID for this connection */
  bool accept_data;
  int64_t timeout_s;
  int64_t bytes_sent;
  struct hc_fault failure; /* of the last try */
  struct hc_timer reap;
};

/* 0 or HYCO_ENOMEM. */
int hc_sender_new(struct hc_net *net, hyco_sender *self,
                  const hyco_sender_events *events, void *user_data,
                  struct hc_sender **out);

/* Drops everything and frees; no handler is called. NULL is fine. */
void hc_sender_free(struct hc_sender *s);

/* hyco_sender_start. */
int hc_sender_start(struct hc_sender *s);

/* sb-hc-id of the connection: DiagnosticId, or a GUID; "" before the first. */
const char *hc_sender_id(const struct hc_sender *s);

/* hyco_sender_disconnect. */
int hc_sender_disconnect(struct hc_sender *s);

/* The sender's own rows of the property table; owner: struct hc_sender. */
extern const struct hc_surface_ops hc_sender_rows;

#endif
