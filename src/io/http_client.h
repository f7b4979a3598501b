/* struct hc_http_client of a loop. */
#ifndef HC_IO_HTTP_CLIENT_H
#define HC_IO_HTTP_CLIENT_H

#include "io/loop.h"
#include "net/http.h"

/* Lives as long as the loop. */
struct hc_http_client *hc_loop_http(struct hc_loop *loop);

extern const struct hc_http_ops hc_io_http_ops;

/* Gives up all calls that are still there. */
void hc_io_http_abort(struct hc_loop *loop);

#endif
