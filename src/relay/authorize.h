/* Who may do what: tokens checked against rules (spec
 * hybrid-connections.md 1.2, 1.3, 4.2). */
#ifndef HC_RELAY_AUTHORIZE_H
#define HC_RELAY_AUTHORIZE_H

#include "protocol/http1.h"
#include "relay/answer.h"
#include "relay/rules.h"

/* What a token must be good for. */
struct hc_relay_scope {
  const struct hc_relay_rules *entity_rules; /* NULL: none */
  const struct hc_relay_rules *rules;        /* the namespace's */
  struct hc_span host;                       /* without port */
  struct hc_span path;                       /* decoded */
  enum hc_right right;
  int64_t now_s;
  unsigned grace_s; /* how long a token is good after its expiry */
  bool accept_any_jwt;
};

/* Checks a token as it stands in a header: a signature or "Bearer " and one.
 * 401: missing, malformed, expired, not signed by a rule of that name, a JWT.
 * 403: for another resource, or its rule lacks the right. *expiry (Unix
 * seconds; INT64_MAX for a JWT that passes) is set when it is good. */
struct hc_relay_refusal hc_relay_check_token(struct hc_span token,
                                             const struct hc_relay_scope *scope,
                                             int64_t *expiry);

/* The service's name for the event of a refusal. */
const char *hc_relay_refusal_event(struct hc_relay_refusal refusal);

/* Where a request has its token: sb-hc-token in the query, else the header
 * ServiceBusAuthorization, else Authorization (spec 1.2). */
enum hc_relay_token_place {
  HC_RELAY_TOKEN_NOWHERE,
  HC_RELAY_TOKEN_QUERY,
  HC_RELAY_TOKEN_SERVICE_BUS,
  HC_RELAY_TOKEN_AUTHORIZATION
};

/* Appends the request's token, decoded, to out; nothing if it has none or one
 * that cannot be decoded (which is as good as none). */
enum hc_relay_token_place hc_relay_find_token(struct hc_buffer *out,
                                              const struct hc_http_head *head,
                                              struct hc_span query);

#endif
