/* hyco/relay.h: a relay on a thread of its own. */
#include "api/relay_options.h"
#include "api/relay_state.h"
#include "base/buffer.h"
#include "base/crypto.h"
#include "base/memory.h"
#include "io/loop.h"
#include "protocol/url.h"
#include "tls/authority.h"
#include <pthread.h>
#include <stdio.h>

enum { CONNECTION_STRING_MAX = 4096 };

struct hyco_relay {
  struct hc_loop *loop;
  struct hc_relay *core;
  struct hc_tls *tls;
  struct hc_relay_setup setup;
  struct hc_relay_state state;
  char *url;
  char *ca_file; /* NULL without a private CA */
  char *cert_file;
  char *key_file;
  char *connection_string;
  char *connection_string_file;
  void (*on_log)(void *user_data, const char *line);
  void *user_data;
  pthread_t thread;
  bool stopped; /* the relay's thread alone reads and writes it */
};

static void write_log(void *user_data, enum hc_log_level level,
                      const char *line)
{
  struct hyco_relay *relay = user_data;
  (void)level;
  relay->on_log(relay->user_data, line);
}

/* The hosts of public_url and listen, for the certificate. */
static int prepare_authority(struct hyco_relay *relay,
                             const hyco_relay_options *options,
                             struct hc_fault *fault)
{
  const char *hosts[2] = { relay->setup.host, NULL };
  size_t n_hosts = 1;
  char public_host[HC_RELAY_HOST_MAX + 1];
  struct hc_url url;

  if (options->public_url != NULL) {
    int rc = hc_url_parse(hc_span_str(options->public_url), &url, fault);
    if (rc < 0)
      return rc;
    (void)snprintf(public_host, sizeof public_host, "%.*s", (int)url.host.len,
                   (const char *)url.host.ptr);
    hosts[n_hosts++] = public_host;
  }
  return hc_authority_prepare(relay->setup.dir, hosts, n_hosts, fault);
}

static int prepare_tls(struct hyco_relay *relay,
                       const hyco_relay_options *options,
                       struct hc_fault *fault)
{
  struct hc_tls_options tls = { .server = true };

  if (options->no_tls)
    return 0;
  if (options->tls_cert == NULL) {
    int rc = prepare_authority(relay, options, fault);
    if (rc < 0)
      return rc;
    relay->ca_file = hc_relay_state_path(&relay->state, "ca.pem");
    relay->cert_file = hc_relay_state_path(&relay->state, "cert.pem");
    relay->key_file = hc_relay_state_path(&relay->state, "key.pem");
    if (relay->ca_file == NULL || relay->cert_file == NULL ||
        relay->key_file == NULL)
      return hc_fault_set(fault, HYCO_ENOMEM, "out of memory");
  }
  tls.cert_file = relay->cert_file ? relay->cert_file : options->tls_cert;
  tls.key_file = relay->key_file ? relay->key_file : options->tls_key;
  return hc_net_tls_new(hc_loop_net(relay->loop), &tls, &relay->tls, fault);
}

static int prepare_rules(struct hyco_relay *relay, struct hc_fault *fault)
{
  char key[HC_RELAY_KEY_LEN + 1];

  if (relay->setup.n_rules > 0)
    return 0;
  int rc =
      hc_relay_state_key(&relay->state, hc_loop_net(relay->loop), key, fault);
  if (rc == 0)
    rc = hc_relay_setup_root_rule(&relay->setup, key);
  hc_wipe(key, sizeof key);
  return rc;
}

static int listen_now(struct hyco_relay *relay,
                      const hyco_relay_options *options, struct hc_fault *fault)
{
  struct hc_relay_options core = {
    .host = relay->setup.host,
    .port = relay->setup.port,
    .tls = relay->tls,
    .public_url = options->public_url,
    .rules = relay->setup.rules,
    .n_rules = relay->setup.n_rules,
    .entities = relay->setup.entities,
    .n_entities = relay->setup.n_entities,
  };

  hc_relay_settings_default(&core.settings);
  if (options->on_log != NULL)
    core.log = (struct hc_log){ HC_LOG_INFO, write_log, relay };
  return hc_relay_new(hc_loop_net(relay->loop), &core, &relay->core, fault);
}

/* The host that a connection string and a URL name: an address that means
 * "every interface" is nobody's destination. */
static const char *reachable_host(const struct hc_relay_setup *setup)
{
  bool any =
      strcmp(setup->host, "0.0.0.0") == 0 || strcmp(setup->host, "::") == 0;
  return any ? "localhost" : setup->url_host;
}

static int describe(struct hyco_relay *relay, struct hc_fault *fault)
{
  const struct hc_relay_rule *rule = &relay->setup.rules[0];
  const char *host = reachable_host(&relay->setup);
  unsigned port = hc_relay_port(relay->core);
  struct hc_buffer text;

  hc_buffer_init(&text, CONNECTION_STRING_MAX);
  int rc = hc_buffer_printf(&text, "%s://%s:%u",
                            relay->tls != NULL ? "wss" : "ws", host, port);
  if (rc == 0)
    relay->url = hc_strdup(hc_buffer_str(&text));
  hc_buffer_clear(&text);
  /* Nothing but these three: Microsoft's SDKs refuse unknown keys. */
  if (rc == 0)
    rc = hc_buffer_printf(&text,
                          "Endpoint=sb://%s:%u/;SharedAccessKeyName=%s;"
                          "SharedAccessKey=%s",
                          host, port, rule->name, rule->key);
  if (rc == 0)
    relay->connection_string = hc_strdup(hc_buffer_str(&text));
  hc_buffer_deinit_secret(&text);
  if (relay->url == NULL || relay->connection_string == NULL)
    return hc_fault_set(fault, HYCO_ENOMEM, "out of memory");
  return hc_relay_state_write(&relay->state, relay->connection_string,
                              &relay->connection_string_file, fault);
}

static void free_relay(struct hyco_relay *relay)
{
  hc_relay_free(relay->core);
  if (relay->loop != NULL) {
    hc_net_tls_free(hc_loop_net(relay->loop), relay->tls);
    (void)hc_loop_turn(relay->loop, 0, false);
  }
  hc_loop_free(relay->loop);
  hc_relay_state_close(&relay->state);
  hc_relay_setup_deinit(&relay->setup);
  hc_free(relay->url);
  hc_free(relay->ca_file);
  hc_free(relay->cert_file);
  hc_free(relay->key_file);
  hc_secret_free(relay->connection_string);
  hc_free(relay->connection_string_file);
  hc_free(relay);
}

static void *run(void *user_data)
{
  struct hyco_relay *relay = user_data;
  while (!relay->stopped)
    (void)hc_loop_turn(relay->loop, -1, false);
  return NULL;
}

static int start(struct hyco_relay *relay, const hyco_relay_options *options,
                 struct hc_fault *fault)
{
  int rc = hc_relay_setup_read(options, &relay->setup, fault);
  if (rc == 0)
    rc = hc_relay_state_open(&relay->state, relay->setup.dir, fault);
  if (rc == 0) {
    rc = hc_loop_new(&relay->loop);
    if (rc < 0)
      hc_fault_set(fault, rc, "%s", hyco_strerror(rc));
  }
  if (rc == 0)
    rc = prepare_tls(relay, options, fault);
  if (rc == 0)
    rc = prepare_rules(relay, fault);
  if (rc == 0)
    rc = listen_now(relay, options, fault);
  if (rc == 0)
    rc = describe(relay, fault);
  if (rc == 0 && pthread_create(&relay->thread, NULL, run, relay) != 0)
    rc = hc_fault_set(fault, HYCO_ENOMEM, "no thread can be started");
  return rc;
}

int hyco_relay_start(const hyco_relay_options *options, hyco_relay **out)
{
  static const hyco_relay_options none = { 0 };
  struct hc_fault fault = { 0 };

  if (out == NULL)
    return HYCO_EINVALID;
  if (options == NULL)
    options = &none;
  struct hyco_relay *relay = hc_alloc_zero(sizeof *relay);
  if (relay == NULL)
    return HYCO_ENOMEM;
  relay->state.lock = -1;
  relay->on_log = options->on_log;
  relay->user_data = options->user_data;
  int rc = start(relay, options, &fault);
  if (rc == 0) {
    *out = relay;
    return 0;
  }
  if (options->error_text != NULL && options->error_text_size > 0)
    (void)snprintf(options->error_text, options->error_text_size, "%s",
                   fault.text);
  free_relay(relay);
  return rc;
}

const char *hyco_relay_url(const hyco_relay *relay)
{
  return relay->url;
}

const char *hyco_relay_ca_file(const hyco_relay *relay)
{
  return relay->ca_file;
}

const char *hyco_relay_connection_string_file(const hyco_relay *relay)
{
  return relay->connection_string_file;
}

const char *hyco_relay_connection_string(const hyco_relay *relay)
{
  return relay->connection_string;
}

static void on_stopped(void *user_data)
{
  struct hyco_relay *relay = user_data;
  relay->stopped = true;
}

static void stop_core(void *user_data)
{
  struct hyco_relay *relay = user_data;
  hc_relay_stop(relay->core, on_stopped, relay);
}

void hyco_relay_stop(hyco_relay *relay)
{
  if (relay == NULL)
    return;
  if (hc_loop_post(relay->loop, stop_core, relay) < 0)
    return; /* without memory for the message it serves on */
  (void)pthread_join(relay->thread, NULL);
  free_relay(relay);
}
