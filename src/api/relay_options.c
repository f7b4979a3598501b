/* hyco_relay_options, read and checked. */
#include "api/relay_options.h"
#include "base/crypto.h"
#include "base/memory.h"
#include "protocol/quote.h"
#include "protocol/token.h"
#include "protocol/url.h"
#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>

enum { KEY_FILE_MAX = HC_KEY_MAX + 2 /* a line end */ };

static const struct {
  const char *name;
  unsigned right;
} rights[] = {
  { "Listen", HC_RIGHT_LISTEN },
  { "Send", HC_RIGHT_SEND },
  { "Manage", HC_RIGHT_MANAGE | HC_RIGHT_LISTEN | HC_RIGHT_SEND },
};

static int read_rights(struct hc_span list, unsigned *out,
                       struct hc_fault *fault)
{
  struct hc_span rest = list;
  struct hc_span one;

  *out = 0;
  while (hc_span_split(&rest, ',', &one)) {
    unsigned right = 0;
    for (size_t i = 0; i < sizeof rights / sizeof *rights; i++) {
      if (hc_span_is_nocase(hc_span_trim(one), rights[i].name))
        right = rights[i].right;
    }
    if (right == 0)
      return hc_fault_set(fault, HYCO_EBADVALUE,
                          "\"%.*s\" is no right: expected Listen, Send or "
                          "Manage",
                          HC_QUOTE(one));
    *out |= right;
  }
  return 0;
}

/* The first line of a key file. */
static int read_key_file(struct hc_span name, char **key,
                         struct hc_fault *fault)
{
  char line[KEY_FILE_MAX + 1] = "";
  char *path = hc_strndup((const char *)name.ptr, name.len);
  if (path == NULL)
    return hc_fault_set(fault, HYCO_ENOMEM, "out of memory");
  FILE *file = fopen(path, "re");
  hc_free(path);
  if (file == NULL)
    return hc_fault_set(fault, HYCO_EFILE, "key file \"%.*s\" cannot be opened",
                        HC_QUOTE(name));
  char *got = fgets(line, sizeof line, file);
  (void)fclose(file);
  if (got != NULL)
    line[strcspn(line, "\r\n")] = '\0';
  *key = line[0] != '\0' ? hc_strdup(line) : NULL;
  hc_wipe(line, sizeof line);
  if (*key == NULL)
    return hc_fault_set(fault, HYCO_EBADVALUE,
                        "key file \"%.*s\" holds no key in its first line",
                        HC_QUOTE(name));
  return 0;
}

/* "NAME:KEY:RIGHTS" or "NAME:@FILE:RIGHTS"; a key may hold ':' no less than a
 * file name, so rights are what stands behind the last one. */
static int read_rule(const char *text, struct hc_relay_rule *rule,
                     struct hc_fault *fault)
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
  char *key_text = NULL;
  int rc = read_rights(hc_span_str(last + 1), &rule->rights, fault);
  if (rc < 0)
    return rc;
  if (key.len == 0 || key.len > HC_KEY_MAX)
    return hc_fault_set(fault, HYCO_EBADVALUE,
                        "rule \"%.*s\": a key has 1 to %d bytes",
                        HC_QUOTE(name), (int)HC_KEY_MAX);
  if (key.ptr[0] == '@') {
    hc_span_drop(&key, 1);
    rc = read_key_file(key, &key_text, fault);
    if (rc < 0)
      return rc;
  } else {
    key_text = hc_strndup((const char *)key.ptr, key.len);
  }
  rule->key = key_text;
  rule->name = hc_strndup((const char *)name.ptr, name.len);
  if (rule->key == NULL || rule->name == NULL)
    return hc_fault_set(fault, HYCO_ENOMEM, "out of memory");
  return 0;
}

/* "NAME" or "NAME:anonymous". */
static int read_entity(const char *text, struct hc_relay_entity *entity,
                       struct hc_fault *fault)
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
  entity->name = hc_strndup((const char *)name.ptr, name.len);
  if (entity->name == NULL)
    return hc_fault_set(fault, HYCO_ENOMEM, "out of memory");
  return 0;
}

static int read_listen(const char *text, struct hc_relay_setup *setup,
                       struct hc_fault *fault)
{
  struct hc_span host;
  struct in6_addr address;

  /* Port 0 is no port of a URL, but here it means: any. */
  size_t len = strlen(text);
  bool any_port = len > 2 && strcmp(text + len - 2, ":0") == 0;
  struct hc_span authority = hc_span_of(text, any_port ? len - 2 : len);
  if (hc_url_parse_authority(authority, &host, &setup->port, fault) < 0)
    return HYCO_EBADVALUE;
  if (hc_span_is_nocase(host, "localhost"))
    host = hc_span_str("127.0.0.1");
  (void)snprintf(setup->host, sizeof setup->host, "%.*s", (int)host.len,
                 (const char *)host.ptr);
  bool is_ipv6 = inet_pton(AF_INET6, setup->host, &address) == 1;
  if (!is_ipv6 && inet_pton(AF_INET, setup->host, &address) != 1)
    return hc_fault_set(fault, HYCO_EBADVALUE,
                        "listen \"%s\": expected ADDRESS:PORT or "
                        "localhost:PORT",
                        text);
  (void)snprintf(setup->url_host, sizeof setup->url_host,
                 is_ipv6 ? "[%s]" : "%s", setup->host);
  return 0;
}

static int default_dir(char **dir, struct hc_fault *fault)
{
  const char *state = getenv("XDG_STATE_HOME");
  const char *home = getenv("HOME");
  char path[4096];
  int n = -1;

  if (state != NULL && state[0] == '/')
    n = snprintf(path, sizeof path, "%s/hyco", state);
  else if (home != NULL && home[0] == '/')
    n = snprintf(path, sizeof path, "%s/.local/state/hyco", home);
  if (n < 0 || (size_t)n >= sizeof path)
    return hc_fault_set(fault, HYCO_EBADVALUE,
                        "neither XDG_STATE_HOME nor HOME names a directory: "
                        "give one (dir)");
  *dir = hc_strdup(path);
  return *dir != NULL ? 0 : hc_fault_set(fault, HYCO_ENOMEM, "out of memory");
}

static int read_lists(const hyco_relay_options *options,
                      struct hc_relay_setup *setup, struct hc_fault *fault)
{
  int rc = 0;

  setup->rules = hc_alloc_zero((options->n_rules + 1) * sizeof *setup->rules);
  setup->entities =
      hc_alloc_zero((options->n_entities + 1) * sizeof *setup->entities);
  if (setup->rules == NULL || setup->entities == NULL)
    return hc_fault_set(fault, HYCO_ENOMEM, "out of memory");
  for (size_t i = 0; i < options->n_rules && rc == 0; i++)
    rc = read_rule(options->rules[i], &setup->rules[setup->n_rules++], fault);
  for (size_t i = 0; i < options->n_entities && rc == 0; i++)
    rc = read_entity(options->entities[i],
                     &setup->entities[setup->n_entities++], fault);
  return rc;
}

int hc_relay_setup_read(const hyco_relay_options *options,
                        struct hc_relay_setup *setup, struct hc_fault *fault)
{
  memset(setup, 0, sizeof *setup);
  if ((options->tls_cert == NULL) != (options->tls_key == NULL) ||
      (options->no_tls && options->tls_cert != NULL))
    return hc_fault_set(fault, HYCO_EBADVALUE,
                        "tls_cert and tls_key go together, and not with "
                        "no_tls");
  int rc = read_listen(
      options->listen != NULL ? options->listen : "127.0.0.1:0", setup, fault);
  if (rc < 0)
    return rc;
  if (options->dir != NULL) {
    setup->dir = hc_strdup(options->dir);
    if (setup->dir == NULL)
      return hc_fault_set(fault, HYCO_ENOMEM, "out of memory");
  } else {
    rc = default_dir(&setup->dir, fault);
    if (rc < 0)
      return rc;
  }
  return read_lists(options, setup, fault);
}

int hc_relay_setup_root_rule(struct hc_relay_setup *setup, const char *key)
{
  struct hc_relay_rule *rule = &setup->rules[0];

  rule->name = hc_strdup("RootManageSharedAccessKey");
  rule->key = hc_strdup(key);
  rule->rights = HC_RIGHT_LISTEN | HC_RIGHT_SEND | HC_RIGHT_MANAGE;
  setup->n_rules = 1;
  return rule->name != NULL && rule->key != NULL ? 0 : HYCO_ENOMEM;
}

void hc_relay_setup_deinit(struct hc_relay_setup *setup)
{
  for (size_t i = 0; i < setup->n_rules; i++) {
    hc_free((char *)(uintptr_t)setup->rules[i].name);
    hc_secret_free((char *)(uintptr_t)setup->rules[i].key);
  }
  for (size_t i = 0; i < setup->n_entities; i++)
    hc_free((char *)(uintptr_t)setup->entities[i].name);
  hc_free(setup->rules);
  hc_free(setup->entities);
  hc_free(setup->dir);
  memset(setup, 0, sizeof *setup);
}
