/* The relay's private certificate authority in a state directory. */
#include "tls/authority.h"

#include "base/memory.h"
#include "tls/certificate.h"
#include "tls/passphrase.h"
#include "tls/reason.h"
#include "tls/state_dir.h"

#include <openssl/err.h>
#include <openssl/pem.h>
#include <string.h>

static const char *const always[] = { "localhost", "127.0.0.1", "::1" };
enum { N_ALWAYS = sizeof(always) / sizeof(always[0]) };

struct authority {
  struct hc_state_dir dir;
  struct hc_fault *fault;
  struct hc_issuer ca;
  bool ca_is_new;
};

static int tls_fault(struct authority *a, const char *what)
{
  return hc_fault_set(a->fault, HYCO_ETLS, "%s: %s", what, hc_tls_reason());
}

/* A pair that is there but cannot be used is somebody's: never overwritten. */
static int check_pair(struct authority *a, const char *cert_name,
                      const char *key_name, const struct hc_issuer *pair)
{
  int rc = 0;
  if (pair->cert == NULL)
    rc = hc_fault_set(a->fault, HYCO_EFILEIO, "%s/%s: no certificate in it",
                      a->dir.path, cert_name);
  else if (pair->key == NULL ||
           X509_check_private_key(pair->cert, pair->key) != 1)
    rc = hc_fault_set(a->fault, HYCO_EFILEIO, "%s/%s: not the key of %s",
                      a->dir.path, key_name, cert_name);
  ERR_clear_error();
  return rc;
}

/* 1: read. 0: neither file is there. Otherwise an error. */
static int read_pair(struct authority *a, const char *cert_name,
                     const char *key_name, struct hc_issuer *pair)
{
  FILE *cert = NULL;
  FILE *key = NULL;
  int rc = hc_state_dir_open(&a->dir, cert_name, &cert, a->fault);
  if (rc == 0)
    rc = hc_state_dir_open(&a->dir, key_name, &key, a->fault);
  if (rc == 0 && cert == NULL && key == NULL)
    return 0;
  if (rc == 0 && (cert == NULL || key == NULL))
    rc = hc_fault_set(a->fault, HYCO_EFILE, "%s/%s is missing", a->dir.path,
                      cert == NULL ? cert_name : key_name);
  if (rc == 0) {
    pair->cert = PEM_read_X509(cert, NULL, NULL, NULL);
    pair->key = PEM_read_PrivateKey(key, NULL, hc_tls_no_passphrase, NULL);
    rc = check_pair(a, cert_name, key_name, pair);
  }
  if (cert != NULL)
    fclose(cert);
  if (key != NULL)
    fclose(key);
  return rc == 0 ? 1 : rc;
}

static void free_pair(struct hc_issuer *pair)
{
  X509_free(pair->cert);
  EVP_PKEY_free(pair->key);
  *pair = (struct hc_issuer){ NULL, NULL };
}

/* The key first: whoever finds the certificate finds its key. */
static int write_pair(struct authority *a, const char *cert_name,
                      const char *key_name, const struct hc_issuer *pair,
                      X509 *chain)
{
  BIO *key = BIO_new(BIO_s_secmem());
  BIO *cert = BIO_new(BIO_s_mem());
  int rc;

  if (key == NULL || cert == NULL ||
      PEM_write_bio_PKCS8PrivateKey(key, pair->key, NULL, NULL, 0, NULL,
                                    NULL) != 1 ||
      PEM_write_bio_X509(cert, pair->cert) != 1 ||
      (chain != NULL && PEM_write_bio_X509(cert, chain) != 1)) {
    rc = tls_fault(a, "writing PEM");
  } else {
    char *text = NULL;
    long len = BIO_get_mem_data(key, &text);
    rc = hc_state_dir_write(&a->dir, key_name, hc_span_of(text, (size_t)len),
                            0600, a->fault);
    len = BIO_get_mem_data(cert, &text);
    if (rc == 0)
      rc = hc_state_dir_write(&a->dir, cert_name, hc_span_of(text, (size_t)len),
                              0644, a->fault);
  }
  BIO_free(key);
  BIO_free(cert);
  return rc;
}

static int make_ca(struct authority *a)
{
  free_pair(&a->ca);
  a->ca_is_new = true;
  a->ca.key = hc_certificate_key();
  if (a->ca.key != NULL)
    a->ca.cert = hc_certificate_ca(a->ca.key);
  if (a->ca.cert == NULL)
    return tls_fault(a, "making the CA");
  return write_pair(a, "ca.pem", "ca.key", &a->ca, NULL);
}

static int prepare_ca(struct authority *a)
{
  int rc = read_pair(a, "ca.pem", "ca.key", &a->ca);
  if (rc < 0)
    return rc;
  if (rc == 1 && hc_certificate_is_fresh(a->ca.cert))
    return 0;
  return make_ca(a);
}

static bool leaf_is_good(const struct authority *a, X509 *leaf,
                         const char *const *hosts, size_t n_hosts)
{
  bool ok = !a->ca_is_new && hc_certificate_is_fresh(leaf) &&
            X509_verify(leaf, X509_get0_pubkey(a->ca.cert)) == 1;
  for (size_t i = 0; ok && i < n_hosts; i++)
    ok = hc_certificate_covers(leaf, hosts[i]);
  ERR_clear_error();
  return ok;
}

static int prepare_leaf(struct authority *a, const char *const *hosts,
                        size_t n_hosts)
{
  struct hc_issuer leaf = { NULL, NULL };
  int rc = read_pair(a, "cert.pem", "key.pem", &leaf);
  /* A leaf that is damaged or half there is ours to make anew. */
  bool keep = rc == 1 && leaf_is_good(a, leaf.cert, hosts, n_hosts);

  if (keep) {
    free_pair(&leaf);
    return 0;
  }
  free_pair(&leaf);
  leaf.key = hc_certificate_key();
  if (leaf.key != NULL)
    leaf.cert = hc_certificate_leaf(&a->ca, leaf.key, hosts, n_hosts);
  rc = leaf.cert != NULL
           ? write_pair(a, "cert.pem", "key.pem", &leaf, a->ca.cert)
           : tls_fault(a, "making the server's certificate");
  free_pair(&leaf);
  return rc;
}

int hc_authority_prepare(const char *dir, const char *const *hosts,
                         size_t n_hosts, struct hc_fault *fault)
{
  struct authority a = { .dir = { dir }, .fault = fault };
  const char **all = hc_alloc((N_ALWAYS + n_hosts) * sizeof(*all));
  if (all == NULL)
    return hc_fault_set(fault, HYCO_ENOMEM, "out of memory");
  memcpy(all, always, sizeof(always));
  for (size_t i = 0; i < n_hosts; i++)
    all[N_ALWAYS + i] = hosts[i];

  int rc = hc_state_dir_make(&a.dir, fault);
  if (rc == 0)
    rc = prepare_ca(&a);
  if (rc == 0)
    rc = prepare_leaf(&a, all, N_ALWAYS + n_hosts);
  if (rc == 0 && fault != NULL)
    *fault = (struct hc_fault){ 0 };
  free_pair(&a.ca);
  hc_free(all);
  return rc;
}
