/* A directory with the files of a private authority. */
#include "unit/tls_files.h"

#include "base/memory.h"
#include "net/net.h"
#include "tls/authority.h"

#include <dirent.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <cmocka.h>

static char state_dir[TLS_FILES_PATH_MAX];

void tls_files_make_dir(char out[static TLS_FILES_PATH_MAX])
{
  snprintf(out, TLS_FILES_PATH_MAX, "/tmp/hyco-test-XXXXXX");
  assert_non_null(mkdtemp(out));
}

void tls_files_remove_dir(const char *dir)
{
  char path[512];
  struct dirent *entry;
  DIR *open = opendir(dir);

  while (open != NULL && (entry = readdir(open)) != NULL) {
    snprintf(path, sizeof(path), "%s/%s", dir, entry->d_name);
    if (entry->d_name[0] != '.')
      unlink(path);
  }
  if (open != NULL)
    closedir(open);
  rmdir(dir);
}

const char *tls_files_dir(void)
{
  struct hc_fault fault;

  if (state_dir[0] == '\0') {
    tls_files_make_dir(state_dir);
    assert_int_equal(hc_authority_prepare(state_dir, NULL, 0, &fault), 0);
  }
  return state_dir;
}

int tls_files_remove(void **state)
{
  (void)state;
  if (state_dir[0] != '\0')
    tls_files_remove_dir(state_dir);
  state_dir[0] = '\0';
  return 0;
}

void tls_files_path(const char *name, char out[static TLS_FILES_PATH_MAX])
{
  int n = snprintf(out, TLS_FILES_PATH_MAX, "%s/%s", tls_files_dir(), name);
  assert_true(n > 0 && n < TLS_FILES_PATH_MAX);
}

struct hc_span tls_files_read(const char *path)
{
  enum { SIZE = 1 << 16 };
  uint8_t *bytes = hc_alloc(SIZE);
  FILE *file = fopen(path, "r");

  assert_non_null(bytes);
  assert_non_null(file);
  size_t n = fread(bytes, 1, SIZE, file);
  fclose(file);
  return hc_span_of(bytes, n);
}

void tls_files_write(const char *path, const char *text)
{
  FILE *file = fopen(path, "w");
  assert_non_null(file);
  assert_true(fputs(text, file) >= 0);
  assert_int_equal(fclose(file), 0);
}

int tls_files_ends(struct hc_net *net, struct hc_tls **server,
                   struct hc_tls **client)
{
  char cert[TLS_FILES_PATH_MAX];
  char key[TLS_FILES_PATH_MAX];
  char ca[TLS_FILES_PATH_MAX];

  tls_files_path("cert.pem", cert);
  tls_files_path("key.pem", key);
  tls_files_path("ca.pem", ca);
  const struct hc_tls_options of_server = { .server = true,
                                            .cert_file = cert,
                                            .key_file = key };
  const struct hc_tls_options of_client = { .ca_file = ca,
                                            .ca_paths = "/nonexistent" };
  int rc = hc_net_tls_new(net, &of_server, server, NULL);
  return rc != 0 ? rc : hc_net_tls_new(net, &of_client, client, NULL);
}
