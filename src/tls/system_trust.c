/* The system's certificate authorities, as a lookup of OpenSSL's store. */
#include "tls/system_trust.h"

#include <openssl/err.h>
#include <openssl/x509_vfy.h>

static CRYPTO_ONCE once = CRYPTO_ONCE_STATIC_INIT;
static X509_LOOKUP_METHOD *bundle; /* NULL: no memory; never freed */

/* The path is there until the bundle has been read. */
static void read_bundle(X509_LOOKUP *lookup)
{
  char *path = X509_LOOKUP_get_method_data(lookup);

  if (path == NULL)
    return;
  X509_LOOKUP_set_method_data(lookup, NULL);
  ERR_set_mark();
  X509_load_cert_crl_file(lookup, path, X509_FILETYPE_PEM);
  ERR_pop_to_mark();
  OPENSSL_free(path);
}

/* The store has looked among what was read before. Reference counts as
 * X509_LOOKUP_meth_new(3) wants them: the caller takes one more. */
static int get_by_subject(X509_LOOKUP *lookup, X509_LOOKUP_TYPE type,
                          const X509_NAME *name, X509_OBJECT *ret)
{
  X509_STORE *store = X509_LOOKUP_get_store(lookup);

  if (type != X509_LU_X509)
    return 0;
  read_bundle(lookup);
  X509_STORE_lock(store);
  X509_OBJECT *object = X509_OBJECT_retrieve_by_subject(
      X509_STORE_get0_objects(store), type, name);
  X509 *cert = object != NULL ? X509_OBJECT_get0_X509(object) : NULL;
  int found = cert != NULL && X509_OBJECT_set1_X509(ret, cert);
  if (found)
    X509_free(cert);
  X509_STORE_unlock(store);
  return found;
}

static void forget(X509_LOOKUP *lookup)
{
  OPENSSL_free(X509_LOOKUP_get_method_data(lookup));
}

static void make_method(void)
{
  bundle = X509_LOOKUP_meth_new("a bundle that is read when asked");
  if (bundle == NULL)
    return;
  X509_LOOKUP_meth_set_get_by_subject(bundle, get_by_subject);
  X509_LOOKUP_meth_set_free(bundle, forget);
}

bool hc_tls_trust_when_asked(SSL_CTX *ctx, const char *path)
{
  X509_STORE *store = SSL_CTX_get_cert_store(ctx);

  if (!CRYPTO_THREAD_run_once(&once, make_method) || bundle == NULL)
    return false;
  X509_LOOKUP *lookup = X509_STORE_add_lookup(store, bundle);
  char *copy = OPENSSL_strdup(path);
  if (lookup == NULL || copy == NULL ||
      !X509_LOOKUP_set_method_data(lookup, copy)) {
    OPENSSL_free(copy);
    return false;
  }
  return true;
}
