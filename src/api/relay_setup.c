/* What a relay is started with. */
#include "api/relay_setup.h"

#include "base/crypto.h"
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
} right_names[] = {
  { "Listen", HC_RIGHT_LISTEN },
  { "Send", HC_RIGHT_SEND },
  { "Manage", HC_RIGHT_MANAGE },
};

static int no_memory(struct hc_fault *fault)
{
  return hc_fault_set(fault, HYCO_ENOMEM, "out of memory");
}

int hc_relay_read_rights(struct hc_span list, unsigned *rights,
                         struct hc_fault *fault)
{
  struct hc_span one;

  *rights = 0;
  while (hc_span_split(&list, ',', &one)) {
    unsigned right = 0;
    for (size_t i = 0; i < sizeof right_names / sizeof *right_names; i++) {
      if (hc_span_is_nocase(hc_span_trim(one), right_names[i].name))
        right = right_names[i].right;
    }
    if (right == 0)
      return hc_fault_set(fault, HYCO_EBADVALUE,
                          "\"%.*s\" is no right: expected Listen, Send or "
                          "Manage",
                          HC_QUOTE(one));
    *rights |= right;
  }
  return 0;
}

int hc_relay_read_key_file(struct hc_arena *memory, const char *path,
                           const char **key, struct hc_fault *fault)
{
  char line[KEY_FILE_MAX + 1] = "";
  FILE *file = fopen(path, "re");

  if (file == NULL)
    return hc_fault_set(fault, HYCO_EFILE, "key file \"%s\" cannot be opened",
                        path);
  char *got = fgets(line, sizeof line, file);
  (void)fclose(file);
  if (got != NULL)
    line[strcspn(line, "\r\n")] = '\0';
  bool is_empty = line[0] == '\0';
  *key = hc_arena_text(memory, hc_span_str(line));
  hc_wipe(line, sizeof line);
  if (is_empty)
    return hc_fault_set(fault, HYCO_EBADVALUE,
                        "key file \"%s\" holds no key in its first line", path);
  return *key != NULL ? 0 : no_memory(fault);
}

int hc_relay_setup_init(struct hc_relay_setup *setup, struct hc_fault *fault)
{
  memset(setup, 0, sizeof *setup);
  hc_relay_settings_default(&setup->settings);
  setup->listen = "127.0.0.1:0";
  setup->n_spaces = 1;
  setup->spaces = hc_arena_alloc(&setup->memory, sizeof *setup->spaces);
  return setup->spaces != NULL ? 0 : no_memory(fault);
}

void hc_relay_setup_deinit(struct hc_relay_setup *setup)
{
  hc_arena_free(&setup->memory);
  memset(setup, 0, sizeof *setup);
}

int hc_relay_setup_read_listen(struct hc_relay_setup *setup,
                               struct hc_fault *fault)
{
  const char *text = setup->listen;
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

int hc_relay_setup_default_dir(struct hc_relay_setup *setup,
                               struct hc_fault *fault)
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
  setup->dir = hc_arena_text(&setup->memory, hc_span_str(path));
  return setup->dir != NULL ? 0 : no_memory(fault);
}

bool hc_relay_setup_needs_root(const struct hc_relay_setup *setup)
{
  for (size_t i = 0; i < setup->n_spaces; i++) {
    if (setup->spaces[i].n_rules == 0)
      return true;
  }
  return false;
}

int hc_relay_setup_root_rule(struct hc_relay_setup *setup, const char *key)
{
  struct hc_relay_rule *rule = hc_arena_alloc(&setup->memory, sizeof *rule);

  if (rule == NULL)
    return HYCO_ENOMEM;
  rule->name = "RootManageSharedAccessKey";
  rule->key = hc_arena_text(&setup->memory, hc_span_str(key));
  rule->rights = HC_RIGHT_MANAGE;
  if (rule->key == NULL)
    return HYCO_ENOMEM;
  for (size_t i = 0; i < setup->n_spaces; i++) {
    if (setup->spaces[i].n_rules > 0)
      continue;
    setup->spaces[i].rules = rule;
    setup->spaces[i].n_rules = 1;
  }
  return 0;
}
