/* Events that receivers and senders report alike. */
#ifndef HC_SESSION_EVENTS_H
#define HC_SESSION_EVENTS_H

#include "base/buffer.h"
#include "base/fault.h"
#include "base/log.h"
#include "base/tls_options.h"
#include <hyco/receiver.h>

/* All texts are borrowed from what they are made of. */
hyco_ssl_server_authentication
hc_event_of_verdict(const struct hc_tls_verdict *verdict);
/* Keeps the certificate for ssl_server_cert_encoded, as PEM; empty if there is
 * no memory. */
void hc_event_keep_cert(struct hc_buffer *pem, struct hc_span der);
/* A peer's words, NUL-terminated in out->text; control characters are '?'. */
void hc_event_words(struct hc_span words, struct hc_fault *out);

/* What an event says of a text that was not given: "". */
static inline const char *hc_event_text(const char *text)
{
  return text != NULL ? text : "";
}

hyco_log hc_event_of_line(enum hc_log_level level, int id, const char *line);

#endif
