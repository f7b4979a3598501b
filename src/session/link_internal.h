/* What the files of the link share: link.c is the WebSocket, link_upgrade.c the
 * way to it, link_watch.c what the application is shown of that way. */
#ifndef HC_SESSION_LINK_INTERNAL_H
#define HC_SESSION_LINK_INTERNAL_H

#include "session/link.h"

enum hc_link_state { LINK_DIALLING, LINK_UPGRADING, LINK_OPEN, LINK_ENDED };

struct hc_upgrade;

struct hc_link {
  struct hc_net *net;
  struct hc_stream *stream;
  const struct hc_link_handler *handler;
  void *user_data;
  enum hc_link_state state;
  bool closed; /* hc_link_close was called: only reap is left */
  bool paused;
  bool close_received;
  struct hc_upgrade *upgrade; /* NULL: the link is open, or was */
  struct hc_timer reap;       /* frees the memory once no handler is below us */
  uint64_t last_heard_ms;

  const struct hc_watch *watch;
  bool greeted;       /* the watch knows that the stream is open */
  struct hc_tls *tls; /* NULL: plain */

  struct hc_outbox outbox;
  struct hc_ws_reader reader;
  struct hc_utf8 utf8; /* of the text message that is coming in */
};

/* What its stream is dialled with. */
extern const struct hc_stream_handler hc_link_stream_handler;

/* Ends a link that has not opened. */
void hc_link_fail(struct hc_link *link, int status,
                  const struct hc_fault *fault);

/* The upgrade was answered with 101. */
void hc_link_enter_open(struct hc_link *link, struct hc_span sub_protocol);

/* Dials, within options->timeout_ms for all of the way. As hc_link_open; after
 * a failure, too, hc_upgrade_free is due. */
int hc_upgrade_begin(struct hc_link *link,
                     const struct hc_link_options *options,
                     struct hc_fault *fault);

/* The stream is open: the request goes out. */
void hc_upgrade_send(struct hc_link *link);

/* The answer, or its beginning. */
void hc_upgrade_read(struct hc_link *link, struct hc_span *in);

/* The time for it does not run out any more. */
void hc_upgrade_stop(struct hc_link *link);

/* Nothing of it is needed any more. */
void hc_upgrade_free(struct hc_link *link);

/* on_status of the watch. Any of these may close the link. */
void hc_link_tell(struct hc_link *link, const char *event,
                  const struct hc_fault *fault);

/* Tells once that the stream is open; in a narrow turn it has to wait for the
 * answer. */
void hc_link_greet(struct hc_link *link);

/* The head of the answer. False: the application closed the link. */
bool hc_link_show(struct hc_link *link, const struct hc_http_head *head);

/* Does the application want to be redirected there? */
bool hc_link_is_wanted(struct hc_link *link, struct hc_span location);

#endif
