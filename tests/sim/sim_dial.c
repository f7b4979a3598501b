/* The simulated net's dialling and listening: a port number is all that finds
 * a listener. */
#include "sim_internal.h"

#include "base/memory.h"
#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { FIRST_CLIENT_PORT = 40000, CLIENT_PORTS = 20000 };

static struct sim_listener *find_listener(struct sim *sim, uint16_t port)
{
  for (struct hc_list *n = sim->listeners.next; n != &sim->listeners;
       n = n->next) {
    struct sim_listener *listener = HC_LIST_ENTRY(n, struct sim_listener, node);
    if (listener->port == port)
      return listener;
  }
  return NULL;
}

static void set_event(struct sim_link *link, struct hc_timer *timer,
                      uint64_t delay_ms)
{
  hc_timers_set(&link->sim->wire_events, timer, link->sim->now_ms + delay_ms);
}

void sim_link_stop_dialling(struct sim_link *link)
{
  link->phase = SIM_DONE;
  hc_timers_cancel(&link->sim->wire_events, &link->connect);
  hc_timers_cancel(&link->sim->wire_events, &link->timeout);
}

/* The dialling end hears of it after the way back. */
void sim_link_fail_dial(struct sim_link *link, int code)
{
  link->phase = SIM_FAILING;
  link->failure = code;
  set_event(link, &link->connect, sim_latency(link->sim));
}

/* Ends the dial; an end that was accepted meanwhile sees a reset. */
static void fail_now(struct sim_link *link, int code, const char *text)
{
  sim_link_stop_dialling(link);
  sim_end_break(&link->ends[0]);
  sim_end_push(&link->ends[1], SIM_RESET, HYCO_ECONNRESET);
  sim_end_fail(&link->ends[0], code, text);
}

static void name_client(struct sim_link *link)
{
  struct hc_address *address = &link->ends[1].peer_address;
  size_t port = FIRST_CLIENT_PORT + link->index % CLIENT_PORTS;

  snprintf(address->host, sizeof address->host, "127.0.0.1");
  address->port = (uint16_t)port;
}

static void accept_call(struct sim_link *link, struct sim_listener *listener)
{
  struct sim_end *end = &link->ends[1];
  struct sim_handle *handle = sim_end_open_handle(end);

  if (handle == NULL) {
    sim_link_fail_dial(link, HYCO_ECONNRESET);
    return;
  }
  name_client(link);
  link->phase = SIM_OPENING;
  uint64_t back_ms = sim_latency(link->sim);
  link->ends[0].last_due_ms = link->sim->now_ms + back_ms;
  set_event(link, &link->connect, back_ms);
  sim_end_opened(end);
  listener->handler.on_accept(listener->user_data, &handle->base);
  assert(end->handle == NULL || end->handler.on_data != NULL);
}

/* The call has reached the other side. */
static void arrive(struct sim_link *link)
{
  struct sim *sim = link->sim;
  struct sim_listener *listener = find_listener(sim, link->port);

  if (sim->hang || link->silent)
    return;
  if (sim->no_names && link->has_name)
    sim_link_fail_dial(link, HYCO_EHOSTNOTFOUND);
  else if (sim->refuse || listener == NULL)
    sim_link_fail_dial(link, HYCO_ECONNREFUSED);
  else if (listener->with_tls != link->with_tls)
    sim_link_fail_dial(link, HYCO_ETLS);
  else
    accept_call(link, listener);
}

/* Asks the dialling end's owner, if it wants to be asked. */
static bool is_verified(struct sim_link *link)
{
  static const struct hc_tls_verdict verdict = {
    .cert_der = { (const uint8_t *)"certificate", 11 },
    .subject = "CN=sim",
    .issuer = "CN=sim",
    .status = "OK",
    .ok = true
  };
  return !link->with_tls || link->on_verify == NULL ||
         link->on_verify(link->ends[0].user_data, &verdict);
}

static void open_now(struct sim_link *link)
{
  struct sim_end *end = &link->ends[0];
  bool verified = is_verified(link);

  if (end->handle == NULL)
    return;
  if (!verified) {
    fail_now(link, HYCO_ECERTVERIFY, "the certificate is not accepted");
    return;
  }
  sim_link_stop_dialling(link);
  sim_end_opened(end);
  end->handler.on_open(end->user_data);
}

static void on_connect_event(void *user_data)
{
  struct sim_link *link = user_data;

  if (link->phase == SIM_CALLING)
    arrive(link);
  else if (link->phase == SIM_FAILING)
    fail_now(link, link->failure, hyco_strerror(link->failure));
  else if (!link->silent)
    open_now(link);
}

static void on_timeout(void *user_data)
{
  struct sim_link *link = user_data;
  fail_now(link, HYCO_ETIMEDOUT, "the connection timed out");
}

static void set_owner(struct sim_end *end,
                      const struct hc_stream_handler *handler, void *user_data)
{
  end->handler = *handler;
  end->user_data = user_data;
}

static struct sim_link *link_new(struct sim *sim)
{
  struct sim_link *link = sim_alloc(sizeof *link);

  link->sim = sim;
  link->connect.fn = on_connect_event;
  link->connect.user_data = link;
  link->timeout.fn = on_timeout;
  link->timeout.user_data = link;
  for (size_t i = 0; i < 2; i++) {
    sim_end_init(&link->ends[i], link);
    link->ends[i].peer = &link->ends[1 - i];
  }
  hc_list_append(&sim->links, &link->node);
  return link;
}

void sim_link_retire(struct sim_link *link)
{
  struct sim *sim = link->sim;
  hc_list_remove(&link->node);
  hc_list_append(&sim->retired, &link->node);
}

void sim_link_free(struct sim_link *link)
{
  sim_link_stop_dialling(link);
  sim_end_deinit(&link->ends[0]);
  sim_end_deinit(&link->ends[1]);
  hc_list_remove(&link->node);
  free(link);
}

int sim_dial(struct hc_net *net, const struct hc_dial *dial,
             const struct hc_stream_handler *handler, void *user_data,
             struct hc_stream **out, struct hc_fault *fault)
{
  struct sim *sim = sim_of(net);

  if (dial->host == NULL || dial->host[0] == '\0' || dial->port == 0)
    return hc_fault_set(fault, HYCO_EINVALID, "nowhere to dial to");
  struct sim_link *link = link_new(sim);
  struct sim_end *end = &link->ends[0];
  struct sim_handle *handle = sim_end_open_handle(end);
  if (handle == NULL) {
    sim_link_free(link);
    return hc_fault_set(fault, HYCO_ENOMEM, "no memory for a stream");
  }
  set_owner(end, handler, user_data);
  snprintf(end->peer_address.host, sizeof end->peer_address.host, "127.0.0.1");
  end->peer_address.port = dial->port;
  link->index = sim->dialled++;
  link->port = dial->port;
  (void)snprintf(link->host, sizeof link->host, "%s", dial->host);
  link->has_name = strspn(dial->host, "0123456789.") < strlen(dial->host);
  link->with_tls = dial->tls != NULL;
  link->on_verify = dial->on_verify;
  end->reads_in_narrow = dial->reads_in_narrow_turns;
  set_event(link, &link->connect, sim_latency(sim));
  if (dial->timeout_ms > 0)
    set_event(link, &link->timeout, dial->timeout_ms);
  *out = &handle->base;
  return 0;
}

static uint16_t free_port(struct sim *sim)
{
  while (find_listener(sim, sim->next_port) != NULL)
    sim->next_port++;
  return sim->next_port++;
}

int sim_listen(struct hc_net *net, const struct hc_listen *listen,
               const struct hc_listener_handler *handler, void *user_data,
               struct hc_listener **out, struct hc_fault *fault)
{
  struct sim *sim = sim_of(net);

  if (listen->port != 0 && find_listener(sim, listen->port) != NULL)
    return hc_fault_set(fault, HYCO_EADDRINUSE, "port %u is in use",
                        (unsigned)listen->port);
  struct sim_listener *listener = hc_alloc_zero(sizeof *listener);
  if (listener == NULL)
    return hc_fault_set(fault, HYCO_ENOMEM, "no memory for a listener");
  listener->base.net = net;
  listener->handler = *handler;
  listener->user_data = user_data;
  listener->port = listen->port != 0 ? listen->port : free_port(sim);
  listener->with_tls = listen->tls != NULL;
  hc_list_append(&sim->listeners, &listener->node);
  sim->open_listeners++;
  *out = &listener->base;
  return 0;
}

uint16_t sim_listener_port(const struct hc_listener *listener)
{
  return ((const struct sim_listener *)(const void *)listener)->port;
}

/* What is in it makes no difference here. */
void sim_listener_set_tls(struct hc_listener *listener, struct hc_tls *tls)
{
  assert(((struct sim_listener *)(void *)listener)->with_tls && tls != NULL);
}

void sim_listener_close(struct hc_listener *listener)
{
  struct sim_listener *l = (struct sim_listener *)(void *)listener;

  if (listener == NULL)
    return;
  sim_of(listener->net)->open_listeners--;
  hc_list_remove(&l->node);
  hc_free(l);
}
