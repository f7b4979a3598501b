/* Two TLS sessions joined in memory. */
#include "unit/tls_joined.h"

#include "unit/tls_files.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

static struct hc_tls *server_tls(void)
{
  char cert[TLS_FILES_PATH_MAX];
  char key[TLS_FILES_PATH_MAX];
  struct hc_tls *tls = NULL;

  tls_files_path("cert.pem", cert);
  tls_files_path("key.pem", key);
  const struct hc_tls_options options = { .server = true,
                                          .cert_file = cert,
                                          .key_file = key };
  assert_int_equal(hc_tls_new(&options, &tls, NULL), 0);
  return tls;
}

static struct hc_tls *client_tls(void)
{
  char ca[TLS_FILES_PATH_MAX];
  struct hc_tls *tls = NULL;

  tls_files_path("ca.pem", ca);
  const struct hc_tls_options options = { .ca_file = ca,
                                          .ca_paths = "/nonexistent" };
  assert_int_equal(hc_tls_new(&options, &tls, NULL), 0);
  return tls;
}

/* Hands what one side has for the other to its handshake. */
static int shake(struct hc_tls_session *to, struct hc_tls_session *from,
                 struct hc_fault *fault)
{
  struct hc_span in = hc_buffer_span(hc_tls_out(from));
  size_t len = in.len;
  int rc = hc_tls_handshake(to, &in, fault);
  hc_buffer_drop(hc_tls_out(from), len - in.len);
  return rc;
}

void tls_joined_join(struct tls_joined *j, const char *host)
{
  struct hc_span nothing = hc_span_of(NULL, 0);

  assert_int_equal(hc_tls_session_new(j->tls[0], host, 443, &j->client), 0);
  assert_int_equal(hc_tls_session_new(j->tls[1], NULL, 0, &j->server), 0);
  assert_int_equal(hc_tls_handshake(j->client, &nothing, &j->fault), 0);
  int client = 0;
  int server = 0;
  for (int i = 0; i < 4 && (client == 0 || server == 0); i++) {
    if (server == 0)
      server = shake(j->server, j->client, &j->fault);
    if (client == 0)
      client = shake(j->client, j->server, &j->fault);
  }
  assert_int_equal(client, 1);
  assert_int_equal(server, 1);
}

void tls_joined_part(struct tls_joined *j)
{
  hc_tls_session_free(j->client);
  hc_tls_session_free(j->server);
  j->client = NULL;
  j->server = NULL;
}

void tls_joined_init(struct tls_joined *j)
{
  *j = (struct tls_joined){ .tls = { client_tls(), server_tls() } };
}

void tls_joined_deinit(struct tls_joined *j)
{
  tls_joined_part(j);
  hc_tls_unref(j->tls[0]);
  hc_tls_unref(j->tls[1]);
}

/* Decrypts what from has for to; returns the number of bytes in out. */
