/* Where a role's token comes from, and when it has to be renewed. */
#include "session/token_source.h"
#include "base/memory.h"
#include "protocol/http1.h"
#include "protocol/token.h"
#include "protocol/url.h"

static int make_from_keys(const struct hc_properties *props,
                          const struct hc_endpoint *endpoint, int64_t now_s,
                          struct hc_buffer *out, int64_t *expiry,
                          struct hc_fault *fault)
{
  const char *name = hc_properties_text(props, HYCO_ACCESS_KEY_NAME);
  const char *key = hc_properties_text(props, HYCO_ACCESS_KEY);
  struct hc_buffer path;

  if (name[0] == '\0' || key[0] == '\0')
    return hc_fault_set(fault, HYCO_EMISSING,
                        "access_key_name and access_key go together: %s is "
                        "not set",
                        name[0] == '\0' ? "access_key_name" : "access_key");
  *expiry = now_s + hc_properties_number(props, HYCO_TOKEN_VALIDITY);
  /* what is escaped in the name of the entity must not be escaped twice */
  hc_buffer_init(&path, HC_TOKEN_MAX);
  int rc = hc_url_decode(&path, endpoint->path);
  if (rc == 0)
    rc = hc_token_make(out, hc_span_str(endpoint->host), hc_buffer_span(&path),
                       hc_span_str(name), hc_span_str(key), *expiry);
  hc_buffer_deinit(&path);
  return rc == 0 ? 0
                 : hc_fault_set(fault, rc, "no token can be made: %s",
                                hyco_strerror(rc));
}

/* Whoever was asked holds it until he answers. */
struct hyco_token_request {
  struct hc_token_source *source; /* NULL: nobody waits any more */
};

static void forget_answer(struct hc_token_source *source)
{
  hc_secret_free(source->answer);
  source->answer = NULL;
}

static void deliver(void *user_data)
{
  struct hc_token_source *source = user_data;
  char *token = source->answer;

  source->answer = NULL;
  source->on_token(source->user_data, hc_span_str(token != NULL ? token : ""),
                   source->answer_expiry);
  hc_secret_free(token);
}

/* A provider is asked from the loop like any handler: it may free the owner,
 * and is left alone in narrow turns. */
static void ask(void *user_data)
{
  struct hc_token_source *source = user_data;
  hyco_token_request *request = hc_alloc_zero(sizeof *request);

  if (request == NULL || source->provider == NULL) {
    hc_free(request);
    deliver(source); /* there is no answer */
    return;
  }
  request->source = source;
  source->pending = request;
  source->provider(request, "https://relay.azure.net/.default",
                   source->provider_data);
}

static int ask_provider(struct hc_token_source *source)
{
  hc_token_source_cancel(source);
  hc_net_timer_set(source->net, &source->ask, 0);
  return 1;
}

void hc_token_source_init(struct hc_token_source *source, struct hc_net *net,
                          const struct hc_properties *props,
                          void (*on_token)(void *user_data,
                                           struct hc_span token,
                                           int64_t expiry),
                          void *user_data)
{
  *source = (struct hc_token_source){
    .net = net,
    .props = props,
    .on_token = on_token,
    .user_data = user_data,
    .ask = { .fn = ask, .user_data = source, .calls_handlers = true },
    .deliver = { .fn = deliver, .user_data = source, .calls_handlers = true },
  };
}

void hc_token_source_cancel(struct hc_token_source *source)
{
  if (source->pending != NULL)
    source->pending->source = NULL;
  source->pending = NULL;
  hc_net_timer_cancel(source->net, &source->ask);
  hc_net_timer_cancel(source->net, &source->deliver);
  forget_answer(source);
}

int hyco_token_supply(hyco_token_request *request, const char *token,
                      int64_t expires_at)
{
  struct hc_token_source *source = request->source;
  bool good =
      token == NULL || (token[0] != '\0' && strlen(token) <= HC_TOKEN_MAX &&
                        hc_http_value_is_legal(hc_span_str(token)));

  hc_free(request);
  if (source == NULL)
    return 0;
  source->pending = NULL;
  source->answer = good && token != NULL ? hc_strdup(token) : NULL;
  source->answer_expiry =
      expires_at != 0 ? expires_at
                      : hc_net_wall_s(source->net) + HC_PROVIDED_VALIDITY_S;
  hc_net_timer_set(source->net, &source->deliver, 0);
  if (!good)
    return HYCO_EBADVALUE;
  return token == NULL || source->answer != NULL ? 0 : HYCO_ENOMEM;
}

int hc_token_source_get(struct hc_token_source *source,
                        const struct hc_endpoint *endpoint,
                        struct hc_buffer *out, int64_t *expiry,
                        struct hc_fault *fault)
{
  const struct hc_properties *props = source->props;
  const char *ready = hc_properties_text(props, HYCO_SHARED_ACCESS_SIGNATURE);
  bool has_name = hc_properties_text(props, HYCO_ACCESS_KEY_NAME)[0] != '\0';
  bool has_key = hc_properties_text(props, HYCO_ACCESS_KEY)[0] != '\0';

  *expiry = 0;
  if (source->provider != NULL)
    return ask_provider(source);
  if (ready[0] != '\0') {
    int rc = hc_buffer_append_str(out, ready);
    return rc == 0 ? 0 : hc_fault_set(fault, rc, "%s", hyco_strerror(rc));
  }
  if (!has_name && !has_key)
    return 0;
  return make_from_keys(props, endpoint, hc_net_wall_s(source->net), out,
                        expiry, fault);
}

/* Seconds from then to expiry, which may be any number: a provider gave it. */
static int64_t seconds_left(int64_t expiry, int64_t then_s)
{
  return expiry > then_s ? expiry - then_s : 0;
}

bool hc_token_life_is_due(const struct hc_token_life *life,
                          const struct hc_properties *props, int64_t now_s)
{
  int64_t threshold = hc_properties_number(props, HYCO_AUTO_RENEW_THRESHOLD);
  int64_t half = seconds_left(life->expiry, life->since) / 2;

  return life->expiry != 0 && seconds_left(life->expiry, now_s) <=
                                  (half < threshold ? half : threshold);
}

uint64_t hc_token_life_check_ms(const struct hc_token_life *life)
{
  int64_t left_s = seconds_left(life->expiry, life->since);

  if (life->expiry == 0 || left_s >= 4 * HC_RENEW_CHECK_MS / 1000)
    return HC_RENEW_CHECK_MS;
  return left_s > 4 ? (uint64_t)left_s * 1000 / 4 : 1000;
}

int hc_token_source_read_row(struct hc_surface *surface, int64_t now_s,
                             struct hc_value *value)
{
  struct hc_endpoint endpoint;
  int64_t expiry;

  int rc = hc_endpoint_read(&surface->props, &endpoint, &surface->fault);
  if (rc < 0)
    return rc;
  hc_buffer_clear(&surface->token);
  rc = make_from_keys(&surface->props, &endpoint, now_s, &surface->token,
                      &expiry, &surface->fault);
  value->text = rc == 0 ? hc_buffer_str(&surface->token) : NULL;
  if (rc == 0 && value->text == NULL)
    rc = hc_fault_set(&surface->fault, HYCO_ENOMEM, "out of memory");
  return rc;
}
