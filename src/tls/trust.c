/* Which certificate authorities are believed. */
#include "tls/trust.h"

#include "tls/reason.h"
#include "tls/system_trust.h"

#include <limits.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <stdio.h>
#include <unistd.h>

/* spec receiver.md, SSLCACertFilePaths: where systems keep their bundle. */
static const char usual_places[] = "/etc/ssl/ca-bundle.pem;"
                                   "/etc/pki/tls/certs/ca-bundle.crt;"
                                   "/etc/ssl/certs/ca-certificates.crt;"
                                   "/etc/pki/tls/cacert.pem";

static int load_file(SSL_CTX *ctx, const char *path, struct hc_fault *fault)
{
  if (SSL_CTX_load_verify_file(ctx, path) == 1)
    return 0;
  return hc_fault_set(fault, HYCO_ECERTSTORE, "%s: %s", path, hc_tls_reason());
}

/* The first file of the list that exists, in path; false: none does. */
static bool find_bundle(const char *paths, char path[PATH_MAX])
{
  struct hc_span rest = hc_span_str(paths);
  struct hc_span piece;

  while (hc_span_split(&rest, ';', &piece)) {
    if (piece.len == 0 || piece.len >= PATH_MAX)
      continue;
    memcpy(path, piece.ptr, piece.len);
    path[piece.len] = '\0';
    if (access(path, F_OK) == 0)
      return true;
  }
  return false;
}

/* No bundle is no error. One that the user names is read at once: they want to
 * know what is wrong with it. */
static int load_system(SSL_CTX *ctx, const char *paths, struct hc_fault *fault)
{
  char path[PATH_MAX];

  if (hc_tls_is_given(paths))
    return find_bundle(paths, path) ? load_file(ctx, path, fault) : 0;
  if (find_bundle(usual_places, path) && !hc_tls_trust_when_asked(ctx, path))
    return hc_fault_set(fault, HYCO_ENOMEM, "out of memory");
  return 0;
}

static int load_pem(SSL_CTX *ctx, struct hc_span pem, struct hc_fault *fault)
{
  if (pem.len > INT_MAX)
    return hc_fault_set(fault, HYCO_ECERTSTORE, "trusted CA: too long");
  BIO *bio = BIO_new_mem_buf(pem.ptr, (int)pem.len);
  if (bio == NULL)
    return hc_fault_set(fault, HYCO_ENOMEM, "out of memory");

  X509_STORE *store = SSL_CTX_get_cert_store(ctx);
  int n = 0;
  X509 *cert;
  while ((cert = PEM_read_bio_X509_AUX(bio, NULL, NULL, NULL)) != NULL) {
    n += X509_STORE_add_cert(store, cert);
    X509_free(cert);
  }
  BIO_free(bio);
  unsigned long error = ERR_peek_last_error();
  bool at_end = ERR_GET_LIB(error) == ERR_LIB_PEM &&
                ERR_GET_REASON(error) == PEM_R_NO_START_LINE;
  if (n > 0 && at_end) {
    ERR_clear_error();
    return 0;
  }
  return hc_fault_set(fault, HYCO_ECERTSTORE, "trusted CA: %s",
                      hc_tls_reason());
}

int hc_tls_load_trust(SSL_CTX *ctx, const struct hc_tls_options *options,
                      struct hc_fault *fault)
{
  int rc = load_system(ctx, options->ca_paths, fault);
  if (rc == 0 && hc_tls_is_given(options->ca_file))
    rc = load_file(ctx, options->ca_file, fault);
  if (rc == 0 && options->ca_pem.len > 0)
    rc = load_pem(ctx, options->ca_pem, fault);
  if (rc != 0 || !hc_tls_is_given(options->ca_dir))
    return rc;
  if (access(options->ca_dir, R_OK | X_OK) == 0 &&
      SSL_CTX_load_verify_dir(ctx, options->ca_dir) == 1)
    return 0;
  return hc_fault_set(fault, HYCO_ECERTSTORE, "%s: cannot be read",
                      options->ca_dir);
}
