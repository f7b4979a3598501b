/* The receiver: keeps the control channel up and holds the connections that it
 * accepted. src/api puts it behind hyco/receiver.h. */
#ifndef HC_RECEIVER_RECEIVER_H
#define HC_RECEIVER_RECEIVER_H

#include "base/id_map.h"
#include "base/list.h"
#include "protocol/backoff.h"
#include "receiver/accepted.h"
#include "receiver/control_channel.h"
#include "receiver/exchange.h"
#include "receiver/request_rendezvous.h"
#include "receiver/requests.h"
#include "session/surface.h"
#include "session/token_source.h"
#include <hyco/receiver.h>

enum hc_receiver_state {
  HC_RECEIVER_IDLE,       /* not listening */
  HC_RECEIVER_CONNECTING, /* the control channel is being opened */
  HC_RECEIVER_ONLINE,
  HC_RECEIVER_WAITING, /* for the next try */
  HC_RECEIVER_STOPPING /* Close sent, the channel is still there */
};

struct hc_http_client;

struct hc_receiver {
  struct hc_net *net;
  hyco_receiver *self; /* what handlers are given; may be NULL in tests */
  hyco_receiver_events events;
  void *user_data;
  struct hc_surface surface;
  struct hc_log log;
  struct hc_watch watch;
  bool freed;

  enum hc_receiver_state state;
  bool once;          /* a failed first try ends it: the blocking form */
  bool shutting_down; /* on_disconnected waits for the connections' ends */
  struct hc_control_channel *channel;
  struct hc_address local; /* as local_host was read last */
  struct hc_endpoint endpoint;
  struct hc_tls *tls;
  char id[HC_GUID_LEN + 1]; /* sb-hc-id when DiagnosticId is empty */
  struct hc_token_source tokens;
  struct hc_backoff backoff;
  struct hc_timer retry;
  struct hc_fault failure; /* of the last try */

  struct hc_list accepted; /* all, those still opening too */
  size_t n_accepted;
  struct hc_list rejects;
  struct hc_id_map ids; /* open connections by ConnectionId */
  int last_id;
  struct hc_files files;
  struct hc_requests requests;
  struct hc_http_client *http; /* for ForwardHTTPUrl; NULL: there is none */
  struct hc_tls *forward_tls;  /* to an https target; NULL: not yet */
  /* Setting HYCO_LISTENING waits, which only the API can. NULL: it only
   * starts. The receiver may be gone when it returns HYCO_EINTERRUPTED. */
  int (*listen)(void *owner);
  /* Synchronous sends: see struct hc_sending. */
  int (*block)(void *owner, int id, struct hc_outgoing *out);
  void *block_owner; /* of both */
  struct hc_timer shutdown;
  struct hc_timer reap;
};

/* 0 or HYCO_ENOMEM. */
int hc_receiver_new(struct hc_net *net, hyco_receiver *self,
                    const hyco_receiver_events *events, void *user_data,
                    struct hc_receiver **out);

/* Drops everything and frees; no handler is called. NULL is fine. */
void hc_receiver_free(struct hc_receiver *r);

/* hyco_receiver_start; with once a failed first try ends it. */
int hc_receiver_start(struct hc_receiver *r, bool once);

/* listening = false: the control channel ends, connections stay. */
void hc_receiver_stop(struct hc_receiver *r);

/* Starts what hyco_receiver_shutdown does; over when hc_receiver_is_shut. */
void hc_receiver_shutdown(struct hc_receiver *r);
bool hc_receiver_is_shut(const struct hc_receiver *r);

static inline bool hc_receiver_is_listening(const struct hc_receiver *r)
{
  return r->state != HC_RECEIVER_IDLE && r->state != HC_RECEIVER_STOPPING;
}

/* RenewNow. 0: the token is on its way, or its provider asked. HYCO_EMISSING,
 * HYCO_ENOTCONNECTED, and what hc_token_source_get returns. */
int hc_receiver_renew(struct hc_receiver *r, struct hc_fault *fault);

/* The open connection of this id; NULL if there is none. */
struct hc_accepted *hc_receiver_find(const struct hc_receiver *r, int id);

/* The number of the next connection or request: behind INT_MAX they begin anew
 * with those that are not in use. */
int hc_receiver_next_id(struct hc_receiver *r);

/* hyco_receiver_disconnect. */
int hc_receiver_disconnect(struct hc_receiver *r, int id);

/* For accepted.c: a connection is gone. */
void hc_receiver_settle(struct hc_receiver *r);

/* hyco_receiver_send and _send_text; PING and PONG too. */
int hc_receiver_send(struct hc_receiver *r, int id, enum hc_ws_opcode opcode,
                     struct hc_span payload);

/* hyco_receiver_send_file. */
int hc_receiver_send_file(struct hc_receiver *r, int id, const char *name);

/* For accepted.c: how the rendezvous at an address is dialled. endpoint is
 * filled in and must live as long as *out. 0, HYCO_EBADURL, HYCO_ECERTSTORE,
 * HYCO_ENOMEM. */
int hc_receiver_link_options(struct hc_receiver *r, const char *address,
                             struct hc_endpoint *endpoint,
                             struct hc_link_options *out,
                             struct hc_fault *fault);

/* Events; each checks for a NULL handler. After any of them the receiver may
 * be freed: r->freed tells. */
void hc_receiver_emit_error(struct hc_receiver *r,
                            const struct hc_fault *fault);
bool hc_receiver_emit_verify(struct hc_receiver *r,
                             const struct hc_tls_verdict *verdict);

/* What it tells of its handshakes. */
struct hc_watch hc_receiver_watch(struct hc_receiver *r);

#endif
