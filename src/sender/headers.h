/* The headers that an application adds to a sender's handshake. */
#ifndef HC_SENDER_HEADERS_H
#define HC_SENDER_HEADERS_H

#include "base/buffer.h"
#include "protocol/http1.h"
#include "session/link.h"

enum { HC_SENDER_HEADERS_BYTES = 16384 }; /* names and values together */

struct hc_sender_headers {
  struct hc_buffer text; /* names and values, one behind the other */
  size_t name_len[HC_LINK_HEADERS_MAX];
  size_t value_len[HC_LINK_HEADERS_MAX];
  size_t count;
};

void hc_sender_headers_init(struct hc_sender_headers *headers);
void hc_sender_headers_deinit(struct hc_sender_headers *headers);

/* hyco_sender_add_header. */
int hc_sender_headers_add(struct hc_sender_headers *headers,
                          struct hc_span name, struct hc_span value,
                          struct hc_fault *fault);

/* Writes headers->count fields; borrowed until headers change. */
void hc_sender_headers_list(const struct hc_sender_headers *headers,
                            struct hc_http_field out[HC_LINK_HEADERS_MAX]);

#endif
