/* The relay as a whole: its options, its door, its end. */
#include "relay/server.h"

#include "base/memory.h"
#include "protocol/url.h"
#include "relay/farewell.h"
#include "relay/front.h"
#include "relay/http_sender.h"
#include "relay/listener.h"
#include "relay/pair.h"

static int set_public_url(struct hc_relay *relay, const char *text,
                          struct hc_fault *fault)
{
  struct hc_url url;

  if (text == NULL)
    return 0;
  if (hc_url_parse(hc_span_str(text), &url, NULL) != 0 ||
      (!hc_span_is_nocase(url.scheme, "ws") &&
       !hc_span_is_nocase(url.scheme, "wss")) ||
      url.has_query || url.path.len > 1)
    return hc_fault_set(fault, HYCO_EBADVALUE,
                        "the public URL is %s, expected wss://host[:port]",
                        text);
  relay->public_url = hc_strndup(text, strlen(text) - url.path.len);
  if (relay->public_url == NULL)
    return hc_fault_set(fault, HYCO_ENOMEM, "no memory for the relay");
  return 0;
}

static void set_init(struct hc_relay_set *set)
{
  hc_list_init(&set->list);
}

static void stopped(void *user_data)
{
  struct hc_relay *relay = user_data;

  hc_relay_farewells_end(relay);
  hc_net_timer_cancel(relay->net, &relay->stop_timer);
  if (relay->on_stopped != NULL)
    relay->on_stopped(relay->stop_user_data);
}

static struct hc_relay *relay_alloc(struct hc_net *net,
                                    const struct hc_relay_options *options)
{
  struct hc_relay *relay = hc_alloc_zero(sizeof *relay);

  if (relay == NULL)
    return NULL;
  relay->net = net;
  relay->uses_tls = options->tls != NULL;
  relay->settings = options->settings;
  relay->started_s = hc_net_wall_s(net);
  relay->accept_any_jwt = options->accept_any_jwt;
  relay->log = options->log;
  hc_relay_addresses_init(&relay->addresses);
  set_init(&relay->fronts);
  set_init(&relay->listeners);
  set_init(&relay->waiting);
  set_init(&relay->pairs);
  set_init(&relay->senders);
  set_init(&relay->channels);
  set_init(&relay->farewells);
  relay->stop_timer.fn = stopped;
  relay->stop_timer.user_data = relay;
  relay->stop_timer.calls_handlers = true;
  return relay;
}

static void on_accept(void *user_data, struct hc_stream *stream)
{
  hc_relay_front_open(user_data, stream);
}

static int open_door(struct hc_relay *relay,
                     const struct hc_relay_options *options,
                     struct hc_fault *fault)
{
  static const struct hc_listener_handler handler = { .on_accept = on_accept };
  const struct hc_listen listen = {
    .host = options->host,
    .port = options->port,
    .tls = options->tls,
    .handshake_timeout_ms =
        (uint64_t)options->settings.handshake_timeout_s * 1000,
  };

  return hc_listen(relay->net, &listen, &handler, relay, &relay->door, fault);
}

int hc_relay_new(struct hc_net *net, const struct hc_relay_options *options,
                 struct hc_relay **out, struct hc_fault *fault)
{
  struct hc_relay *relay = relay_alloc(net, options);

  if (relay == NULL)
    return hc_fault_set(fault, HYCO_ENOMEM, "no memory for the relay");
  int rc = hc_relay_settings_check(&options->settings, fault);
  if (rc == 0)
    rc = set_public_url(relay, options->public_url, fault);
  if (rc == 0)
    rc = hc_relay_spaces_init(&relay->spaces, options, fault);
  if (rc == 0)
    rc = open_door(relay, options, fault);
  if (rc != 0) {
    hc_relay_free(relay);
    return rc;
  }
  *out = relay;
  return 0;
}

uint16_t hc_relay_port(const struct hc_relay *relay)
{
  return relay->door != NULL ? hc_listener_port(relay->door) : 0;
}

static void close_door(struct hc_relay *relay)
{
  if (relay->door != NULL)
    hc_listener_close(relay->door);
  relay->door = NULL;
}

void hc_relay_check_stopped(struct hc_relay *relay)
{
  if (relay->stopping && relay->farewells.n == 0)
    hc_net_timer_set(relay->net, &relay->stop_timer, 0);
}

void hc_relay_stop(struct hc_relay *relay, void (*on_stopped)(void *user_data),
                   void *user_data)
{
  relay->on_stopped = on_stopped;
  relay->stop_user_data = user_data;
  if (relay->stopping)
    return;
  relay->stopping = true;
  close_door(relay);
  hc_relay_fronts_end(relay);
  hc_relay_waiting_stop(relay);
  hc_relay_senders_stop(relay);
  hc_relay_listeners_stop(relay);
  hc_relay_pairs_stop(relay);
  hc_net_timer_set(relay->net, &relay->stop_timer, HC_STREAM_LINGER_MS);
  hc_relay_check_stopped(relay);
}

void hc_relay_free(struct hc_relay *relay)
{
  if (relay == NULL)
    return;
  close_door(relay);
  hc_relay_fronts_end(relay);
  hc_relay_waiting_end(relay);
  hc_relay_senders_end(relay);
  hc_relay_listeners_end(relay);
  hc_relay_pairs_end(relay);
  hc_relay_farewells_end(relay);
  hc_net_timer_cancel(relay->net, &relay->stop_timer);
  hc_relay_spaces_deinit(&relay->spaces);
  hc_free(relay->public_url);
  hc_free(relay);
}

void hc_relay_count(const struct hc_relay *relay,
                    struct hc_relay_counts *counts)
{
  counts->listeners = relay->listeners.n;
  counts->waiting_senders = relay->waiting.n;
  counts->pairs = relay->pairs.n;
  counts->http_senders = relay->senders.n;
  counts->http_channels = relay->channels.n;
  counts->streams = relay->fronts.n + relay->listeners.n + relay->waiting.n +
                    2 * relay->pairs.n + relay->senders.n + relay->channels.n +
                    relay->farewells.n;
}
