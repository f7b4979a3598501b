/* URLs as the relay protocol uses them: ws, wss, http, https and sb. */
#ifndef HC_PROTOCOL_URL_H
#define HC_PROTOCOL_URL_H

#include "base/buffer.h"
#include "base/fault.h"

enum { HC_URL_MAX = 16384 /* bytes of a URL that we read */ };

/* Spans point into the text. */
struct hc_url {
  struct hc_span scheme; /* as it came */
  struct hc_span host;   /* without the brackets of an IPv6 literal */
  bool host_is_ipv6;
  uint16_t port; /* the scheme's own (443, 80; sb: 443) if none stands
                    there */
  bool has_port;
  bool tls;             /* wss, https, sb */
  struct hc_span path;  /* from the first '/', may be empty */
  struct hc_span query; /* behind '?', may be empty */
  bool has_query;
  struct hc_span target; /* path and query as they stand; may be empty or begin
                            with '?' */
};

/* Strict: a known scheme (any case), no user info, no fragment, a host of
 * letters, digits, '-', '.', '_' or an IPv6 literal in brackets, a port of
 * 1-65535, bytes 0x21-0x7e only. 0, HYCO_EBADURL or HYCO_ETOOLONG. */
int hc_url_parse(struct hc_span text, struct hc_url *url,
                 struct hc_fault *fault);

/* "host", "host:port", "[::1]:port", "::1" or a whole URL with an empty or "/"
 * path: what people write as namespace address. Without a port *port is 0. The
 * host comes without brackets. 0 or HYCO_EBADURL. */
int hc_url_parse_authority(struct hc_span text, struct hc_span *host,
                           uint16_t *port, struct hc_fault *fault);

/* Appends the text with everything outside ALPHA DIGIT "-" "." "_" "~" (and
 * the characters of keep) as %XX, upper case. 0, HYCO_ETOOLONG, HYCO_ENOMEM. */
int hc_url_encode(struct hc_buffer *out, struct hc_span text, const char *keep);

/* Appends the text with %XX decoded; '+' stays. 0, HYCO_EBADURL (bad escape),
 * HYCO_ETOOLONG, HYCO_ENOMEM. */
int hc_url_decode(struct hc_buffer *out, struct hc_span text);

/* The same without memory: dst has room for text.len bytes. 0 or
 * HYCO_EBADURL. */
int hc_url_decode_to(uint8_t *dst, struct hc_span text, size_t *len);

/* The raw value of the first pair of this name (exact case, "sb-hc-action") in
 * a query; false if there is none. A name without '=' is no pair. */
bool hc_url_query_find(struct hc_span query, const char *name,
                       struct hc_span *value);

/* Appends the query without the pairs whose name begins with "sb-hc-" and that
 * have a '=' (spec hybrid-connections.md 1.1); the other pairs stay as they
 * are, in order, joined by '&'. 0, HYCO_ETOOLONG, HYCO_ENOMEM. */
int hc_url_query_strip(struct hc_buffer *out, struct hc_span query);

/* True for "localhost", *.localhost, 127.0.0.0/8 and ::1: where plain ws is
 * allowed. */
bool hc_url_host_is_loopback(struct hc_span host);

#endif
