/* libcurl's multi interface on the loop: it gets us connected sockets. */
#ifndef HC_IO_CURL_H
#define HC_IO_CURL_H

#include "net/net.h"

struct hc_curl;
struct hc_io_stream;
struct hc_loop;

/* Starts on the stream's dialled->easy, set up here. 0, HYCO_ENOMEM,
 * HYCO_EBADURL (host, or proxy), fault says why. */
int hc_curl_start(struct hc_loop *loop, struct hc_io_stream *s,
                  const struct hc_dial *dial, struct hc_fault *fault);

/* Drops the easy handle of a dialled stream, if it has one. */
void hc_curl_stop(struct hc_loop *loop, struct hc_io_stream *s);

/* No stream may be dialling any more. NULL is fine. The watches' handles are
 * closed in the next uv_run. */
void hc_curl_free(struct hc_curl *curl);

#endif
