/* A relay: its state, its TLS, what it serves by, what it says about itself. */
#include "api/relay_instance.h"

#include "base/buffer.h"
#include "base/crypto.h"
#include "base/memory.h"
#include "io/loop.h"
#include "protocol/url.h"
#include "tls/authority.h"

enum { CONNECTION_STRING_MAX = 4096 };

static int no_memory(struct hc_fault *fault)
{
  return hc_fault_set(fault, HYCO_ENOMEM, "out of memory");
}

struct hyco_relay *hc_relay_instance_new(void)
{
  struct hyco_relay *relay = hc_alloc_zero(sizeof *relay);

  if (relay != NULL)
    relay->state.lock = -1;
  return relay;
}

void hc_relay_instance_log(struct hyco_relay *relay, const char *line)
{
  if (relay->on_log != NULL)
    relay->on_log(relay->user_data, line);
}

static void write_log(void *user_data, enum hc_log_level level, int id,
                      const char *line)
{
  (void)id;
  (void)level;
  hc_relay_instance_log(user_data, line);
}

/* --- TLS --- */

static int public_host(struct hc_arena *memory, const char *public_url,
                       const char **host, struct hc_fault *fault)
{
  struct hc_url url;
  int rc = hc_url_parse(hc_span_str(public_url), &url, fault);

  if (rc != 0)
    return rc;
  *host = hc_arena_text(memory, url.host);
  return *host != NULL ? 0 : no_memory(fault);
}

/* The hosts of listen, public_url and the namespaces, for the certificate; all
 * but the namespaces are those that the relay was started with. */
static int prepare_authority(struct hyco_relay *relay,
                             struct hc_relay_setup *setup,
                             struct hc_fault *fault)
{
  const struct hc_relay_setup *first = &relay->setup;
  const char **hosts =
      hc_arena_alloc(&setup->memory, (setup->n_spaces + 2) * sizeof *hosts);
  size_t n = 0;
  int rc = 0;

  if (hosts == NULL)
    return no_memory(fault);
  hosts[n++] = first->host;
  if (first->public_url != NULL)
    rc = public_host(&setup->memory, first->public_url, &hosts[n++], fault);
  for (size_t i = 0; i < setup->n_spaces; i++) {
    if (setup->spaces[i].host != NULL)
      hosts[n++] = setup->spaces[i].host;
  }
  return rc != 0 ? rc : hc_authority_prepare(first->dir, hosts, n, fault);
}

static int name_authority(struct hyco_relay *relay, struct hc_fault *fault)
{
  relay->ca_file = hc_relay_state_path(&relay->state, "ca.pem");
  relay->cert_file = hc_relay_state_path(&relay->state, "cert.pem");
  relay->key_file = hc_relay_state_path(&relay->state, "key.pem");
  if (relay->ca_file == NULL || relay->cert_file == NULL ||
      relay->key_file == NULL)
    return no_memory(fault);
  return 0;
}

/* What the files hold now. */
static int read_tls(struct hyco_relay *relay, struct hc_relay_setup *setup,
                    struct hc_tls **out, struct hc_fault *fault)
{
  struct hc_tls_options tls = { .server = true,
                                .cert_file = setup->tls_cert,
                                .key_file = setup->tls_key };

  if (setup->tls_cert == NULL) {
    int rc = prepare_authority(relay, setup, fault);
    if (rc < 0)
      return rc;
    tls.cert_file = relay->cert_file;
    tls.key_file = relay->key_file;
  }
  return hc_net_tls_new(hc_loop_net(relay->loop), &tls, out, fault);
}

static int prepare_tls(struct hyco_relay *relay, struct hc_fault *fault)
{
  struct hc_relay_setup *setup = &relay->setup;
  int rc = 0;

  if (setup->no_tls)
    return 0;
  if (setup->tls_cert == NULL)
    rc = name_authority(relay, fault);
  return rc != 0 ? rc : read_tls(relay, setup, &relay->tls, fault);
}

bool hc_relay_instance_same_tls(const struct hc_relay_setup *a,
                                const struct hc_relay_setup *b)
{
  return a->no_tls == b->no_tls &&
         (a->tls_cert == NULL) == (b->tls_cert == NULL);
}

/* --- what it serves by --- */

static int prepare_rules(struct hyco_relay *relay, struct hc_relay_setup *setup,
                         struct hc_fault *fault)
{
  char key[HC_RELAY_KEY_LEN + 1];

  if (!hc_relay_setup_needs_root(setup))
    return 0;
  int rc =
      hc_relay_state_key(&relay->state, hc_loop_net(relay->loop), key, fault);
  if (rc == 0 && hc_relay_setup_root_rule(setup, key) != 0)
    rc = no_memory(fault);
  hc_wipe(key, sizeof key);
  return rc;
}

static struct hc_relay_options core_options(struct hyco_relay *relay,
                                            const struct hc_relay_setup *setup)
{
  struct hc_relay_options core = {
    .host = setup->host,
    .port = setup->port,
    .tls = relay->tls,
    .public_url = setup->public_url,
    .namespaces = setup->spaces,
    .n_namespaces = setup->n_spaces,
    .accept_any_jwt = setup->accept_any_jwt,
    .settings = setup->settings,
  };

  if (relay->on_log != NULL)
    core.log = (struct hc_log){ HC_LOG_INFO, write_log, relay };
  return core;
}

static int listen_now(struct hyco_relay *relay, struct hc_fault *fault)
{
  struct hc_relay_options core = core_options(relay, &relay->setup);

  return hc_relay_new(hc_loop_net(relay->loop), &core, &relay->core, fault);
}

/* *out: the new one; NULL if there is none to be taken. */
static int read_new_tls(struct hyco_relay *relay, struct hc_relay_setup *setup,
                        struct hc_tls **out, struct hc_fault *fault)
{
  if (setup->no_tls || !hc_relay_instance_same_tls(&relay->setup, setup))
    return 0;
  return read_tls(relay, setup, out, fault);
}

int hc_relay_instance_take(struct hyco_relay *relay,
                           struct hc_relay_setup *setup, struct hc_fault *fault)
{
  struct hc_net *net = hc_loop_net(relay->loop);
  struct hc_tls *tls = NULL;
  int rc = prepare_rules(relay, setup, fault);

  if (rc == 0)
    rc = read_new_tls(relay, setup, &tls, fault);
  if (rc != 0)
    return rc;
  struct hc_relay_options core = core_options(relay, setup);
  core.tls = tls;
  rc = hc_relay_reload(relay->core, &core, fault);
  if (rc == 0 && tls != NULL) {
    hc_net_tls_free(net, relay->tls);
    relay->tls = tls;
  } else {
    hc_net_tls_free(net, tls);
  }
  return rc;
}

/* --- what it says about itself --- */

/* The host that a URL names: an address that means "every interface" is
 * nobody's destination. */
static const char *reachable_host(const struct hc_relay_setup *setup)
{
  bool any =
      strcmp(setup->host, "0.0.0.0") == 0 || strcmp(setup->host, "::") == 0;
  return any ? "localhost" : setup->url_host;
}

static int write_url(struct hyco_relay *relay, struct hc_buffer *text)
{
  return hc_buffer_printf(text, "%s://%s:%u", relay->tls != NULL ? "wss" : "ws",
                          reachable_host(&relay->setup),
                          (unsigned)hc_relay_port(relay->core));
}

/* Of the first namespace and its first rule. Nothing but these three:
 * Microsoft's SDKs refuse unknown keys. */
static int write_connection_string(struct hyco_relay *relay,
                                   struct hc_buffer *text)
{
  const struct hc_relay_namespace *space = &relay->setup.spaces[0];
  const char *host =
      space->host != NULL ? space->host : reachable_host(&relay->setup);

  return hc_buffer_printf(text,
                          "Endpoint=sb://%s:%u/;SharedAccessKeyName=%s;"
                          "SharedAccessKey=%s",
                          host, (unsigned)hc_relay_port(relay->core),
                          space->rules[0].name, space->rules[0].key);
}

static char *copy_of(const struct hc_buffer *text)
{
  struct hc_span bytes = hc_buffer_span(text);

  return hc_strndup((const char *)bytes.ptr, bytes.len);
}

static int describe(struct hyco_relay *relay, struct hc_fault *fault)
{
  struct hc_buffer text;

  hc_buffer_init(&text, CONNECTION_STRING_MAX);
  int rc = write_url(relay, &text);
  if (rc == 0)
    relay->url = copy_of(&text);
  hc_buffer_clear(&text);
  if (rc == 0)
    rc = write_connection_string(relay, &text);
  if (rc == 0)
    relay->connection_string = copy_of(&text);
  hc_buffer_deinit_secret(&text);
  if (relay->url == NULL || relay->connection_string == NULL)
    return no_memory(fault);
  return hc_relay_state_write(&relay->state, relay->connection_string,
                              &relay->connection_string_file, fault);
}

/* --- from the beginning to the end --- */

int hc_relay_instance_open(struct hyco_relay *relay,
                           const hyco_relay_options *options,
                           struct hc_fault *fault)
{
  relay->on_log = options->on_log;
  relay->user_data = options->user_data;
  int rc = hc_relay_setup_read(options, &relay->setup, fault);
  if (rc == 0 &&
      hc_relay_options_copy(&relay->memory, options, &relay->options) != 0)
    rc = no_memory(fault);
  if (rc == 0)
    rc = hc_relay_state_open(&relay->state, relay->setup.dir, fault);
  if (rc == 0) {
    rc = hc_loop_new(&relay->loop);
    if (rc < 0)
      hc_fault_set(fault, rc, "%s", hyco_strerror(rc));
  }
  if (rc == 0)
    rc = prepare_tls(relay, fault);
  if (rc == 0)
    rc = prepare_rules(relay, &relay->setup, fault);
  if (rc == 0)
    rc = listen_now(relay, fault);
  if (rc == 0)
    rc = describe(relay, fault);
  return rc;
}

void hc_relay_instance_free(struct hyco_relay *relay)
{
  hc_relay_free(relay->core);
  if (relay->loop != NULL)
    hc_net_tls_free(hc_loop_net(relay->loop), relay->tls);
  hc_loop_free(relay->loop);
  hc_relay_state_close(&relay->state);
  hc_relay_setup_deinit(&relay->setup);
  hc_arena_free(&relay->memory);
  hc_free(relay->url);
  hc_free(relay->ca_file);
  hc_free(relay->cert_file);
  hc_free(relay->key_file);
  hc_secret_free(relay->connection_string);
  hc_free(relay->connection_string_file);
  hc_free(relay);
}
