/* The sender: one connection to a hybrid connection at a time. src/api puts it
 * behind hyco/sender.h. */
#ifndef HC_SENDER_SENDER_H
#define HC_SENDER_SENDER_H

#include "base/list.h"
#include "protocol/backoff.h"
#include "sender/headers.h"
#include "session/file_sending.h"
#include "session/inbox.h"
#include "session/token_source.h"
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
  struct hc_watch watch;
  bool freed;

  struct hc_connection *connection; /* NULL while there is none */
  struct hc_traffic traffic;        /* of the last one */
  struct hc_address local;          /* as local_host was read last */
  bool is_busy; /* from hc_sender_start to the end of what it started */
  bool is_open;
  bool is_leaving;    /* it was closed, or called off, from here */
  struct hc_tls *tls; /* kept: reading trust costs ten times a connection,
                         and its tickets are for the next one */
  bool trust_is_stale;
  char id[HC_GUID_LEN + 1]; /* a GUID for this connection */
  bool accept_data;
  struct hc_sending sending;
  struct hc_files files;
  struct hc_inbox inbox;
  struct hc_sender_headers headers;
  struct hc_endpoint endpoint; /* of this try */
  struct hc_token_source tokens;
  struct hc_backoff backoff; /* WaitForListener */
  uint64_t wait_until_ms;
  struct hc_timer retry;
  struct hc_fault failure; /* of the last try or connection; code 0: none, or
                              it was returned */
  struct hc_list requests;
  size_t n_busy_requests;
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

/* Ends what hc_sender_start began, at once and without an event. */
void hc_sender_cancel(struct hc_sender *s);

/* Reads the trust (if TLS is wanted) unless it has been. As
 * hc_tls_from_properties, the fault is the surface's. */
int hc_sender_make_tls(struct hc_sender *s, bool wanted);

/* on_verify of struct hc_dial: on_ssl_server_authentication decides. */
bool hc_sender_judge(void *user_data, const struct hc_tls_verdict *verdict);

/* sb-hc-id of the connection: DiagnosticId, or a GUID; "" before the first. */
const char *hc_sender_id(const struct hc_sender *s);

/* Of the connection, or the last one. */
struct hc_traffic hc_sender_traffic(const struct hc_sender *s);

/* hyco_sender_send and _send_text; PING and PONG too. */
int hc_sender_send(struct hc_sender *s, enum hc_ws_opcode opcode,
                   struct hc_span payload);

/* hyco_sender_send_file. */
int hc_sender_send_file(struct hc_sender *s, const char *name);

/* hyco_sender_disconnect. */
int hc_sender_disconnect(struct hc_sender *s);

/* The sender's own rows of the property table; owner: struct hc_sender. */
extern const struct hc_surface_ops hc_sender_rows;

/* What it tells of its handshakes. */
struct hc_watch hc_sender_watch(struct hc_sender *s);

#endif
