/* What TLS sessions of one kind share. */
#include "tls/context.h"

#include "base/memory.h"
#include "tls/context_internal.h"
#include "tls/passphrase.h"
#include "tls/reason.h"
#include "tls/session_internal.h"
#include "tls/trust.h"

#include <assert.h>
#include <openssl/err.h>

/* AES-128 first: a fifth faster than AES-256, and as safe for TLS. */
static const char suites[] = "TLS_AES_128_GCM_SHA256:"
                             "TLS_AES_256_GCM_SHA384:"
                             "TLS_CHACHA20_POLY1305_SHA256";

/* X25519 costs a fifth of P-384 per handshake (DESIGN section 4.7). */
static const char groups[] = "X25519:P-256:P-384:P-521";

int hc_tls_set_rules(SSL_CTX *ctx, const char *cipher_list,
                     struct hc_fault *fault)
{
  SSL_CTX_set_options(ctx, SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION |
                               SSL_OP_CIPHER_SERVER_PREFERENCE);
  SSL_CTX_set_mode(ctx, SSL_MODE_RELEASE_BUFFERS |
                            SSL_MODE_ENABLE_PARTIAL_WRITE |
                            SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
  /* The chain is judged after the handshake (hc_tls_verify). */
  SSL_CTX_set_verify(ctx, SSL_VERIFY_NONE, NULL);
  SSL_CTX_set_default_passwd_cb(ctx, hc_tls_no_passphrase);

  if (SSL_CTX_set_min_proto_version(ctx, TLS1_2_VERSION) != 1 ||
      SSL_CTX_set_ciphersuites(ctx, suites) != 1 ||
      SSL_CTX_set1_groups_list(ctx, groups) != 1)
    return hc_fault_set(fault, HYCO_ETLS, "TLS: %s", hc_tls_reason());
  if (hc_tls_is_given(cipher_list) &&
      SSL_CTX_set_cipher_list(ctx, cipher_list) != 1)
    return hc_fault_set(fault, HYCO_EBADVALUE, "cipher list: %s",
                        hc_tls_reason());
  return 0;
}

static int load_certificate(SSL_CTX *ctx, const struct hc_tls_options *options,
                            struct hc_fault *fault)
{
  const char *cert = options->cert_file;
  const char *key = options->key_file;

  if (!hc_tls_is_given(cert) || !hc_tls_is_given(key)) {
    if (!options->server && !hc_tls_is_given(cert) && !hc_tls_is_given(key))
      return 0;
    return hc_fault_set(fault, HYCO_EBADVALUE,
                        "a certificate file and its key file are needed");
  }
  if (SSL_CTX_use_certificate_chain_file(ctx, cert) != 1)
    return hc_fault_set(fault, HYCO_ECERTSTORE, "%s: %s", cert,
                        hc_tls_reason());
  if (SSL_CTX_use_PrivateKey_file(ctx, key, SSL_FILETYPE_PEM) != 1)
    return hc_fault_set(fault, HYCO_ECERTSTORE, "%s: %s", key, hc_tls_reason());
  /* A key of another kind than the certificate's is kept beside that. */
  if (SSL_CTX_check_private_key(ctx) == 1)
    return 0;
  ERR_clear_error();
  return hc_fault_set(fault, HYCO_ECERTSTORE, "%s: not the key of %s", key,
                      cert);
}

static int fill(SSL_CTX *ctx, const struct hc_tls_options *options,
                struct hc_fault *fault)
{
  int rc = hc_tls_set_rules(ctx, options->cipher_list, fault);
  if (rc == 0)
    rc = load_certificate(ctx, options, fault);
  if (rc != 0)
    return rc;

  if (options->server) {
    /* Tickets carry the state; nothing is kept here. */
    SSL_CTX_set_session_cache_mode(ctx, SSL_SESS_CACHE_OFF);
    return 0;
  }
  SSL_CTX_set_session_cache_mode(ctx, SSL_SESS_CACHE_CLIENT |
                                          SSL_SESS_CACHE_NO_INTERNAL_STORE);
  SSL_CTX_sess_set_new_cb(ctx, hc_tls_on_ticket);
  return hc_tls_load_trust(ctx, options, fault);
}

int hc_tls_new(const struct hc_tls_options *options, struct hc_tls **out,
               struct hc_fault *fault)
{
  struct hc_tls *tls = hc_alloc_zero(sizeof(*tls));
  if (tls == NULL)
    return hc_fault_set(fault, HYCO_ENOMEM, "out of memory");
  ERR_clear_error(); /* libcurl leaves some: they are not our reasons */
  tls->refs = 1;
  tls->server = options->server;
  hc_tickets_init(&tls->tickets);

  int rc = HYCO_ENOMEM;
  if (hc_tls_is_given(options->cipher_list))
    tls->cipher_list = hc_strdup(options->cipher_list);
  tls->ctx =
      SSL_CTX_new(options->server ? TLS_server_method() : TLS_client_method());
  if (tls->ctx != NULL &&
      (tls->cipher_list != NULL || !hc_tls_is_given(options->cipher_list)))
    rc = fill(tls->ctx, options, fault);
  else
    hc_fault_set(fault, HYCO_ENOMEM, "TLS: %s", hc_tls_reason());
  if (rc != 0) {
    hc_tls_unref(tls);
    return rc;
  }
  *out = tls;
  return 0;
}

struct hc_tls *hc_tls_ref(struct hc_tls *tls)
{
  tls->refs++;
  return tls;
}

void hc_tls_unref(struct hc_tls *tls)
{
  if (tls == NULL)
    return;
  assert(tls->refs > 0);
  if (--tls->refs > 0)
    return;
  hc_tickets_deinit(&tls->tickets);
  SSL_CTX_free(tls->ctx);
  hc_free(tls->cipher_list);
  hc_free(tls);
}
