/* hyco_relay_options, read and checked. */
#include "api/relay_options.h"

#include "api/relay_config.h"
#include "protocol/quote.h"
#include "protocol/token.h"
#include "protocol/url.h"

static int no_memory(struct hc_fault *fault)
{
  return hc_fault_set(fault, HYCO_ENOMEM, "out of memory");
}

/* --- a copy --- */

static int copy_text(struct hc_arena *memory, const char **text)
{
  if (*text == NULL)
    return 0;
  *text = hc_arena_text(memory, hc_span_str(*text));
  return *text != NULL ? 0 : HYCO_ENOMEM;
}

static int copy_list(struct hc_arena *memory, const char *const **list,
                     size_t n)
{
  const char **copy = hc_arena_alloc(memory, n * sizeof *copy);
  int rc = copy != NULL ? 0 : HYCO_ENOMEM;

  for (size_t i = 0; i < n && rc == 0; i++) {
    copy[i] = (*list)[i];
    rc = copy_text(memory, &copy[i]);
  }
  *list = copy;
  return rc;
}

int hc_relay_options_copy(struct hc_arena *memory,
                          const hyco_relay_options *options,
                          hyco_relay_options *out)
{
  *out = *options;
  out->on_log = NULL;
  out->user_data = NULL;
  out->error_text = NULL;
  out->error_text_size = 0;
  const char **const texts[] = {
    &out->config,   &out->listen,  &out->dir,
    &out->tls_cert, &out->tls_key, &out->public_url
  };
  int rc = 0;
  for (size_t i = 0; i < sizeof texts / sizeof *texts && rc == 0; i++)
    rc = copy_text(memory, texts[i]);
  if (rc == 0)
    rc = copy_list(memory, &out->rules, out->n_rules);
  if (rc == 0)
    rc = copy_list(memory, &out->entities, out->n_entities);
  if (rc == 0)
    rc = copy_list(memory, &out->settings, out->n_settings);
  return rc;
}

/* --- the texts of lists --- */

static int read_key(struct hc_arena *memory, struct hc_span text,
                    const char **key, struct hc_fault *fault)
{
  *key = hc_arena_text(memory, text);
  if (*key == NULL)
    return no_memory(fault);
  return **key == '@' ? hc_relay_read_key_file(memory, *key + 1, key, fault)
                      : 0;
}

/* "NAME:KEY:RIGHTS" or "NAME:@FILE:RIGHTS"; a key may hold ':' no less than a
 * file name, so rights are what stands behind the last one. */
static int read_rule(struct hc_arena *memory, const char *text,
                     struct hc_relay_rule *rule, struct hc_fault *fault)
{
  struct hc_span rest = hc_span_str(text);
  struct hc_span name = { 0 };
  const char *last = strrchr(text, ':');

  hc_span_split(&rest, ':', &name);
  if (rest.ptr == NULL || (const uint8_t *)last < rest.ptr || name.len == 0 ||
      name.len > HC_KEY_MAX)
    return hc_fault_set(fault, HYCO_EBADVALUE,
                        "rule \"%.*s...\": expected NAME:KEY:RIGHTS or "
                        "NAME:@FILE:RIGHTS",
                        HC_QUOTE(name));
  struct hc_span key =
      hc_span_of(rest.ptr, (size_t)((const uint8_t *)last - rest.ptr));
  int rc = hc_relay_read_rights(hc_span_str(last + 1), &rule->rights, fault);
  if (rc < 0)
    return rc;
  if (key.len == 0 || key.len > HC_KEY_MAX)
    return hc_fault_set(fault, HYCO_EBADVALUE,
                        "rule \"%.*s\": a key has 1 to %d bytes",
                        HC_QUOTE(name), (int)HC_KEY_MAX);
  rule->name = hc_arena_text(memory, name);
  if (rule->name == NULL)
    return no_memory(fault);
  return read_key(memory, key, &rule->key, fault);
}

/* "NAME" or "NAME:anonymous". */
static int read_entity(struct hc_arena *memory, const char *text,
                       struct hc_relay_entity *entity, struct hc_fault *fault)
{
  struct hc_span rest = hc_span_str(text);
  struct hc_span name = { 0 };

  hc_span_split(&rest, ':', &name);
  if (name.len == 0 ||
      (rest.ptr != NULL && !hc_span_is_nocase(rest, "anonymous")))
    return hc_fault_set(fault, HYCO_EBADVALUE,
                        "entity \"%.*s\": expected NAME or NAME:anonymous",
                        HC_QUOTE(hc_span_str(text)));
  entity->anonymous = rest.ptr != NULL;
  entity->name = hc_arena_text(memory, name);
  return entity->name != NULL ? 0 : no_memory(fault);
}

/* "Name=Value". */
static int read_setting(const char *text, struct hc_relay_settings *settings,
                        struct hc_fault *fault)
{
  struct hc_span value = hc_span_str(text);
  struct hc_span name = { 0 };

  hc_span_split(&value, '=', &name);
  if (value.ptr == NULL)
    return hc_fault_set(fault, HYCO_EBADVALUE,
                        "setting \"%.*s\": expected Name=Value",
                        HC_QUOTE(hc_span_str(text)));
  return hc_relay_settings_set(settings, hc_span_trim(name),
                               hc_span_trim(value), fault);
}

/* --- options over the file --- */

static int conflict(const char *what, struct hc_fault *fault)
{
  return hc_fault_set(fault, HYCO_EBADVALUE,
                      "%s are in the configuration file and given besides: "
                      "one place for them",
                      what);
}

static int read_rules(const hyco_relay_options *options,
                      struct hc_relay_setup *setup, struct hc_fault *fault)
{
  size_t n = options->n_rules;
  int rc = 0;

  if (n == 0)
    return 0;
  if (setup->has_named_spaces || setup->spaces[0].n_rules > 0)
    return conflict("rules", fault);
  struct hc_relay_rule *rules =
      hc_arena_alloc(&setup->memory, n * sizeof *rules);
  if (rules == NULL)
    return no_memory(fault);
  for (size_t i = 0; i < n && rc == 0; i++)
    rc = read_rule(&setup->memory, options->rules[i], &rules[i], fault);
  setup->spaces[0].rules = rules;
  setup->spaces[0].n_rules = n;
  return rc;
}

static int read_entities(const hyco_relay_options *options,
                         struct hc_relay_setup *setup, struct hc_fault *fault)
{
  size_t n = options->n_entities;
  int rc = 0;

  if (n == 0)
    return 0;
  if (setup->has_named_spaces || setup->spaces[0].n_entities > 0)
    return conflict("entities", fault);
  struct hc_relay_entity *entities =
      hc_arena_alloc(&setup->memory, n * sizeof *entities);
  if (entities == NULL)
    return no_memory(fault);
  for (size_t i = 0; i < n && rc == 0; i++)
    rc = read_entity(&setup->memory, options->entities[i], &entities[i], fault);
  setup->spaces[0].entities = entities;
  setup->spaces[0].n_entities = n;
  return rc;
}

static int read_lists(const hyco_relay_options *options,
                      struct hc_relay_setup *setup, struct hc_fault *fault)
{
  int rc = read_rules(options, setup, fault);

  if (rc == 0)
    rc = read_entities(options, setup, fault);
  for (size_t i = 0; i < options->n_settings && rc == 0; i++)
    rc = read_setting(options->settings[i], &setup->settings, fault);
  return rc;
}

static int copy_over(struct hc_relay_setup *setup, const char *from,
                     const char **to, struct hc_fault *fault)
{
  if (from == NULL)
    return 0;
  *to = hc_arena_text(&setup->memory, hc_span_str(from));
  return *to != NULL ? 0 : no_memory(fault);
}

/* How TLS is done is one value: no_tls and the certificate go together. */
static int read_tls(const hyco_relay_options *options,
                    struct hc_relay_setup *setup, struct hc_fault *fault)
{
  if ((options->tls_cert == NULL) != (options->tls_key == NULL) ||
      (options->no_tls && options->tls_cert != NULL))
    return hc_fault_set(fault, HYCO_EBADVALUE,
                        "tls_cert and tls_key go together, and not with "
                        "no_tls");
  if (!options->no_tls && options->tls_cert == NULL)
    return 0;
  setup->no_tls = options->no_tls;
  setup->tls_cert = NULL;
  setup->tls_key = NULL;
  int rc = copy_over(setup, options->tls_cert, &setup->tls_cert, fault);
  return rc != 0 ? rc
                 : copy_over(setup, options->tls_key, &setup->tls_key, fault);
}

static int read_places(const hyco_relay_options *options,
                       struct hc_relay_setup *setup, struct hc_fault *fault)
{
  int rc = copy_over(setup, options->listen, &setup->listen, fault);

  if (rc == 0)
    rc = copy_over(setup, options->dir, &setup->dir, fault);
  if (rc == 0)
    rc = copy_over(setup, options->public_url, &setup->public_url, fault);
  if (rc == 0)
    rc = hc_relay_setup_read_listen(setup, fault);
  if (rc == 0 && setup->dir == NULL)
    rc = hc_relay_setup_default_dir(setup, fault);
  return rc;
}

/* DESIGN section 8: on loopback only. */
static int read_jwt(const hyco_relay_options *options,
                    struct hc_relay_setup *setup, struct hc_fault *fault)
{
  setup->accept_any_jwt = options->accept_any_jwt;
  if (setup->accept_any_jwt &&
      !hc_url_host_is_loopback(hc_span_str(setup->host)))
    return hc_fault_set(fault, HYCO_EBADVALUE,
                        "any JWT is accepted on a loopback address only, and "
                        "%s is none",
                        setup->host);
  return 0;
}

int hc_relay_setup_read(const hyco_relay_options *options,
                        struct hc_relay_setup *setup, struct hc_fault *fault)
{
  int rc = hc_relay_setup_init(setup, fault);

  if (rc == 0 && options->config != NULL)
    rc = hc_relay_config_load(options->config, setup, fault);
  if (rc == 0)
    rc = read_tls(options, setup, fault);
  if (rc == 0)
    rc = read_places(options, setup, fault);
  if (rc == 0)
    rc = read_jwt(options, setup, fault);
  if (rc == 0)
    rc = read_lists(options, setup, fault);
  return rc;
}
