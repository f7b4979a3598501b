/* Dialling: what is known of a stream until it is open. */
#ifndef HC_IO_DIAL_H
#define HC_IO_DIAL_H

#include "io/stream.h"

#include <curl/curl.h>

/* Owned by its stream until on_open, or to the end if that never comes. */
struct hc_dialled {
  char *host;
  char *name; /* "host:port", for texts */
  uint16_t port;
  uint64_t timeout_ms;
  struct hc_tls *tls; /* a reference; NULL: plain */
  bool (*on_verify)(void *user_data, const struct hc_tls_verdict *verdict);
  bool has_proxy;

  CURL *easy; /* NULL once there is a socket */
  CURLU *url;
  curl_socket_t kept; /* not closed by libcurl */
  int no_socket;      /* errno where there was none to be had; 0: there was */
  char error[CURL_ERROR_SIZE];
};

int hc_io_dial(struct hc_net *net, const struct hc_dial *dial,
               const struct hc_stream_handler *handler, void *user_data,
               struct hc_stream **out, struct hc_fault *fault);

/* libcurl has a connected socket, which is the stream's now. */
void hc_dialled_connected(struct hc_io_stream *s, int fd);

/* Chain, name and the owner's word. 0 or HYCO_ECERTVERIFY. */
int hc_dialled_verify(struct hc_io_stream *s, struct hc_fault *fault);

const char *hc_dialled_name(const struct hc_dialled *dialled);

/* Takes it away from libcurl. */
void hc_dialled_cancel(struct hc_io_stream *s);

/* NULL is fine. */
void hc_dialled_free(struct hc_dialled *dialled);

#endif
