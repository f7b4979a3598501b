/* A receiver at work: its events, told to whatever serves the connections. HTTP
 * requests are the responder's or the library's. */
#ifndef HC_CLI_LISTENER_H
#define HC_CLI_LISTENER_H

#include "cli.h"
#include "peer.h"

#include <hyco/receiver.h>

struct hc_cli_listener;

/* What a listener does with connections; any may be NULL. Those with a result
 * return 0 or a HYCO_E*: the connection is then of no use any more. */
struct hc_cli_service {
  int (*open)(struct hc_cli_listener *l, struct hc_cli_peer *peer);
  int (*data)(struct hc_cli_listener *l, struct hc_cli_peer *peer,
              const hyco_connection_data_in *e);
  int (*ready)(struct hc_cli_listener *l, struct hc_cli_peer *peer);
  /* The peer sends no more. */
  int (*end)(struct hc_cli_listener *l, struct hc_cli_peer *peer);
  /* The connection is gone. True: so is the peer, it may be forgotten. */
  bool (*gone)(struct hc_cli_listener *l, struct hc_cli_peer *peer);
};

struct hc_cli_listener {
  const struct hc_cli_command *command;
  const struct hc_cli_service *service;
  const char *exec; /* the command of hc_cli_exec_service */
  hyco_receiver *receiver;
  struct hc_cli_peers peers;
  struct hc_cli_peers requests; /* HTTP, not yet answered */
  long max_connections;         /* peers and requests at once */
  long count;                   /* of both to serve; 0: no end */
  long n_ended;
  int http_status; /* what requests are answered with; 0: their bodies */
  bool once;       /* a failed try to listen is the last */
  bool http_only;  /* connections are refused */
  bool verbose;
  bool announced; /* "listening ENTITY" has been printed */
  bool failed;
};

/* For hyco_receiver_new, with the listener as user_data. */
hyco_receiver_events hc_cli_listener_events(bool insecure);

/* Why no further connection or request is taken; NULL: it is. */
const char *hc_cli_listener_refusal(const struct hc_cli_listener *l);

/* With paused nothing comes from the peer, who feels it. 0 or a HYCO_E*. */
int hc_cli_listener_pause(struct hc_cli_listener *l, struct hc_cli_peer *peer,
                          bool paused);

/* Our side is closing: what the peer still sends is dropped, but read: its
 * Close is behind it. */
void hc_cli_listener_let_go(struct hc_cli_listener *l,
                            struct hc_cli_peer *peer);

/* Lets go of a connection that an error has made useless, and says so. */
void hc_cli_listener_give_up(struct hc_cli_listener *l,
                             struct hc_cli_peer *peer, int error);

/* Closes a connection with another code and text than is usual. */
void hc_cli_listener_close(struct hc_cli_listener *l, int id, int code,
                           const char *text);

/* The connection and what served it have ended; peer is freed. */
void hc_cli_listener_forget(struct hc_cli_listener *l,
                            struct hc_cli_peer *peer);

#endif
