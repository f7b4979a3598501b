/* The configuration file of a relay: it is read, or an error names the file;
 * twice the same; and what was read can be given to a relay. */
#include "api/relay_config.h"
#include "relay/spaces.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static int read_key_file(struct hc_arena *memory, const char *path,
                         const char **key, struct hc_fault *fault)
{
  (void)fault;
  *key = hc_arena_text(memory, hc_span_str(path));
  return *key != NULL ? 0 : HYCO_ENOMEM;
}

static int read_once(struct hc_span text, struct hc_relay_setup *setup,
                     struct hc_fault *fault)
{
  const struct hc_relay_config_source source = { "dir/file", read_key_file };

  if (hc_relay_setup_init(setup, fault) != 0)
    abort();
  int rc = hc_relay_config_read(text, &source, setup, fault);
  if (rc != 0 &&
      (fault->code != rc || strncmp(fault->text, "dir/file", 8) != 0))
    abort();
  return rc;
}

/* All strings end, all lists have their length. */
static void use(const struct hc_relay_setup *setup)
{
  const struct hc_relay_options options = { .namespaces = setup->spaces,
                                            .n_namespaces = setup->n_spaces };
  struct hc_relay_spaces spaces;
  struct hc_fault fault;

  if (hc_relay_settings_check(&setup->settings, &fault) != 0)
    abort();
  int rc = hc_relay_spaces_init(&spaces, &options, &fault);
  if (rc != 0 && rc != HYCO_EBADVALUE)
    abort();
  hc_relay_spaces_deinit(&spaces);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
  struct hc_span text = hc_span_of(data, size);
  struct hc_relay_setup setup;
  struct hc_relay_setup again;
  struct hc_fault fault = { 0 };
  struct hc_fault same = { 0 };

  int rc = read_once(text, &setup, &fault);
  if (read_once(text, &again, &same) != rc ||
      strcmp(fault.text, same.text) != 0)
    abort();
  if (rc == 0)
    use(&setup);
  hc_relay_setup_deinit(&again);
  hc_relay_setup_deinit(&setup);
  return 0;
}
