/* Where a role's token comes from: a provider, a ready token, or keys; and when
 * it has to be renewed. */
#ifndef HC_SESSION_TOKEN_SOURCE_H
#define HC_SESSION_TOKEN_SOURCE_H

#include "base/buffer.h"
#include "net/net.h"
#include "session/endpoint.h"
#include "session/surface.h"
#include <hyco/receiver.h>

enum {
  HC_RENEW_CHECK_MS = 30000,    /* DESIGN section 8, "token" */
  HC_PROVIDED_VALIDITY_S = 3600 /* of a token whose end is not known */
};

struct hc_token_source {
  struct hc_net *net;
  const struct hc_properties *props;
  hyco_token_provider provider; /* NULL: none */
  void *provider_data;
  struct hc_timer ask;         /* the provider, from the loop */
  hyco_token_request *pending; /* asked and not answered */
  char *answer;                /* until it is delivered; NULL: no token */
  int64_t answer_expiry;
  struct hc_timer deliver;
  void (*on_token)(void *user_data, struct hc_span token, int64_t expiry);
  void *user_data;
};

/* on_token tells what a provider answered, from the loop; an empty token: it
 * had none. */
void hc_token_source_init(struct hc_token_source *source, struct hc_net *net,
                          const struct hc_properties *props,
                          void (*on_token)(void *user_data,
                                           struct hc_span token,
                                           int64_t expiry),
                          void *user_data);

/* Forgets what was asked; on_token is not called for it any more. Also before
 * the source is gone. */
void hc_token_source_cancel(struct hc_token_source *source);

static inline bool
hc_token_source_is_pending(const struct hc_token_source *source)
{
  return source->ask.is_set || source->pending != NULL ||
         source->deliver.is_set;
}

/* 0: the token was appended to out (nothing if neither keys nor a token are
 * set: anonymous); *expiry: Unix seconds, 0 when it cannot be renewed.
 * 1: the provider will be asked, on_token follows. HYCO_EMISSING (a key without
 * a key name or the other way round), HYCO_EBADVALUE, HYCO_ENOMEM. */
int hc_token_source_get(struct hc_token_source *source,
                        const struct hc_endpoint *endpoint,
                        struct hc_buffer *out, int64_t *expiry,
                        struct hc_fault *fault);

/* The life of a token in use, in Unix seconds; expiry 0: it has no end. */
struct hc_token_life {
  int64_t since;
  int64_t expiry;
};

/* Has it to be renewed now? True when min(AutoRenewThreshold, half of its
 * validity) seconds or less remain. */
bool hc_token_life_is_due(const struct hc_token_life *life,
                          const struct hc_properties *props, int64_t now_s);

/* When to look next: HC_RENEW_CHECK_MS, sooner for short lives. */
uint64_t hc_token_life_check_ms(const struct hc_token_life *life);

/* The setting AccessToken: a fresh token made from the keys, whatever
 * SharedAccessSignature says. value->text is borrowed from the surface. The
 * errors of hc_endpoint_read and hc_token_source_get. */
int hc_token_source_read_row(struct hc_surface *surface, int64_t now_s,
                             struct hc_value *value);

#endif
