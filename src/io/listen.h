/* Listening sockets. */
#ifndef HC_IO_LISTEN_H
#define HC_IO_LISTEN_H

#include "io/loop_internal.h"

struct hc_io_stream;

int hc_io_listen(struct hc_net *net, const struct hc_listen *listen,
                 const struct hc_listener_handler *handler, void *user_data,
                 struct hc_listener **out, struct hc_fault *fault);
uint16_t hc_io_listener_port(const struct hc_listener *listener);

void hc_io_listener_set_tls(struct hc_listener *listener, struct hc_tls *tls);
/* Also ends the handshakes that have not been announced. */
void hc_io_listener_close(struct hc_listener *listener);

/* The accepted stream is open: its owner is told. */
void hc_io_listener_announce(struct hc_io_stream *s);

void hc_io_listeners_close(struct hc_loop *loop);

#endif
