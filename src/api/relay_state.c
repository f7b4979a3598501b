/* What a relay keeps in its directory besides certificates. */
#include "api/relay_state.h"
#include "base/base64.h"
#include "base/crypto.h"
#include "base/memory.h"
#include "tls/state_dir.h"
#include <errno.h>
#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

static const char key_name[] = "access-key";
static const char string_name[] = "connection-string";

char *hc_relay_state_path(const struct hc_relay_state *state, const char *name)
{
  size_t len = strlen(state->dir) + strlen(name) + 2;
  char *path = hc_alloc(len);
  if (path != NULL)
    (void)snprintf(path, len, "%s/%s", state->dir, name);
  return path;
}

int hc_relay_state_open(struct hc_relay_state *state, const char *dir,
                        struct hc_fault *fault)
{
  struct hc_state_dir place = { dir };

  state->dir = dir;
  state->lock = -1;
  int rc = hc_state_dir_make(&place, fault);
  if (rc < 0)
    return rc;
  char *path = hc_relay_state_path(state, "lock");
  if (path == NULL)
    return hc_fault_set(fault, HYCO_ENOMEM, "out of memory");
  state->lock = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  hc_free(path);
  if (state->lock < 0)
    return hc_fault_set(fault, HYCO_EFILE, "%s/lock: %s", dir, strerror(errno));
  if (flock(state->lock, LOCK_EX | LOCK_NB) < 0) {
    hc_relay_state_close(state);
    return hc_fault_set(fault, HYCO_EFILE,
                        "%s is in use by another relay: give this one a "
                        "directory of its own",
                        dir);
  }
  return 0;
}

void hc_relay_state_close(struct hc_relay_state *state)
{
  if (state->lock >= 0)
    (void)close(state->lock);
  state->lock = -1;
}

static bool read_key(FILE *file, char key[HC_RELAY_KEY_LEN + 1])
{
  size_t n = fread(key, 1, HC_RELAY_KEY_LEN, file);
  key[n] = '\0';
  uint8_t bytes[HC_RELAY_KEY_LEN];
  int len = hc_base64_decode(bytes, hc_span_of(key, n));
  hc_wipe(bytes, sizeof bytes);
  return len == 32;
}

int hc_relay_state_key(const struct hc_relay_state *state, struct hc_net *net,
                       char key[HC_RELAY_KEY_LEN + 1], struct hc_fault *fault)
{
  struct hc_state_dir place = { state->dir };
  uint8_t random[32];
  FILE *file = NULL;

  int rc = hc_state_dir_open(&place, key_name, &file, fault);
  if (rc < 0)
    return rc;
  if (file != NULL) {
    bool good = read_key(file, key);
    (void)fclose(file);
    return good ? 0
                : hc_fault_set(fault, HYCO_EFILEIO,
                               "%s/%s does not hold a key: remove it to get "
                               "a new one",
                               state->dir, key_name);
  }
  hc_net_random(net, random, sizeof random);
  hc_base64_encode(key, hc_span_of(random, sizeof random));
  hc_wipe(random, sizeof random);
  return hc_state_dir_write(&place, key_name, hc_span_of(key, HC_RELAY_KEY_LEN),
                            0600, fault);
}

int hc_relay_state_write(const struct hc_relay_state *state, const char *text,
                         char **path, struct hc_fault *fault)
{
  struct hc_state_dir place = { state->dir };

  *path = hc_relay_state_path(state, string_name);
  if (*path == NULL)
    return hc_fault_set(fault, HYCO_ENOMEM, "out of memory");
  return hc_state_dir_write(&place, string_name, hc_span_str(text), 0600,
                            fault);
}
