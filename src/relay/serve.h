/* Decides on a request: whom it reaches, whether it may, who takes the stream
 * over. */
#ifndef HC_RELAY_SERVE_H
#define HC_RELAY_SERVE_H

#include "relay/request.h"

struct hc_relay;

/* What a plain HTTP request needs, and what came of it. */
struct hc_relay_admission {
  enum hc_right right;
  bool authorization_was_the_token; /* then it is not the listener's */
};

/* Whether the request's entity exists (404) and it may (401, 403). */
struct hc_relay_refusal hc_relay_admit(struct hc_relay *relay,
                                       const struct hc_relay_request *request,
                                       struct hc_relay_admission *admission);

/* For all but plain HTTP requests. has_early_bytes: bytes stand behind the
 * head, they are not read yet. Unless it refuses the stream is somebody else's
 * now. */
struct hc_relay_refusal hc_relay_serve(struct hc_relay *relay,
                                       struct hc_stream *stream,
                                       const struct hc_relay_request *request,
                                       bool has_early_bytes);

#endif
