/* Dialling: what is known of a stream until it is open. */
#ifndef HC_IO_DIAL_H
#define HC_IO_DIAL_H

#include "io/stream.h"

struct hc_curl_job;

/* Owned by its stream until on_open, or to the end if that never comes. */
struct hc_dialled {
  char *host;
  char *name; /* "host:port", for texts */
  uint16_t port;
  uint64_t timeout_ms;
  struct hc_tls *tls; /* a reference; NULL: plain */
  bool (*on_verify)(void *user_data, const struct hc_tls_verdict *verdict);
  struct hc_curl_job *job; /* NULL once there is a socket */
};

int hc_io_dial(struct hc_net *net, const struct hc_dial *dial,
               const struct hc_stream_handler *handler, void *user_data,
               struct hc_stream **out, struct hc_fault *fault);

/* Chain, name and the owner's word. 0 or HYCO_ECERTVERIFY. */
int hc_dialled_verify(struct hc_io_stream *s, struct hc_fault *fault);

const char *hc_dialled_name(const struct hc_dialled *dialled);

/* Takes it away from libcurl. */
void hc_dialled_cancel(struct hc_io_stream *s);

/* NULL is fine. */
void hc_dialled_free(struct hc_dialled *dialled);

#endif
