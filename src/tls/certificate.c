/* Making certificates for a private authority. */
#include "tls/certificate.h"

#include <openssl/bn.h>
#include <openssl/x509v3.h>

enum { SERIAL_BITS = 127, BACKDATED_S = 3600, DAY_S = 86400 };

EVP_PKEY *hc_certificate_key(void)
{
  return EVP_EC_gen("P-256");
}

/* RFC 5280 4.1.2.2: positive and at most 20 octets. */
static bool set_serial(X509 *cert)
{
  BIGNUM *number = BN_new();
  bool ok = number != NULL &&
            BN_rand(number, SERIAL_BITS, BN_RAND_TOP_ONE, BN_RAND_BOTTOM_ANY) &&
            BN_to_ASN1_INTEGER(number, X509_get_serialNumber(cert)) != NULL;
  BN_free(number);
  return ok;
}

static bool set_frame(X509 *cert, EVP_PKEY *key, const char *common_name,
                      long days)
{
  X509_NAME *name = X509_get_subject_name(cert);

  return X509_set_version(cert, X509_VERSION_3) == 1 && set_serial(cert) &&
         X509_gmtime_adj(X509_getm_notBefore(cert), -BACKDATED_S) != NULL &&
         X509_gmtime_adj(X509_getm_notAfter(cert), days * DAY_S) != NULL &&
         X509_set_pubkey(cert, key) == 1 &&
         X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_UTF8,
                                    (const unsigned char *)common_name, -1, -1,
                                    0) == 1;
}

static bool add_extension(X509 *cert, X509 *issuer, int nid, const char *value)
{
  X509V3_CTX context;
  X509V3_set_ctx(&context, issuer, cert, NULL, NULL, 0);
  X509_EXTENSION *extension = X509V3_EXT_conf_nid(NULL, &context, nid, value);
  bool ok = extension != NULL && X509_add_ext(cert, extension, -1) == 1;
  X509_EXTENSION_free(extension);
  return ok;
}

X509 *hc_certificate_ca(EVP_PKEY *key)
{
  X509 *cert = X509_new();
  if (cert != NULL && set_frame(cert, key, "hyco relay CA", HC_CA_DAYS) &&
      X509_set_issuer_name(cert, X509_get_subject_name(cert)) == 1 &&
      add_extension(cert, cert, NID_basic_constraints,
                    "critical,CA:TRUE,pathlen:0") &&
      add_extension(cert, cert, NID_key_usage,
                    "critical,keyCertSign,cRLSign") &&
      add_extension(cert, cert, NID_subject_key_identifier, "hash") &&
      X509_sign(cert, key, EVP_sha256()) > 0)
    return cert;
  X509_free(cert);
  return NULL;
}

static GENERAL_NAME *general_name(const char *host)
{
  /* Never through OpenSSL's configuration syntax: a comma would add a name. */
  ASN1_OCTET_STRING *address = a2i_IPADDRESS(host);
  GENERAL_NAME *name = GENERAL_NAME_new();
  ASN1_IA5STRING *dns = NULL;

  if (name != NULL && address != NULL) {
    GENERAL_NAME_set0_value(name, GEN_IPADD, address);
    return name;
  }
  if (name != NULL && (dns = ASN1_IA5STRING_new()) != NULL &&
      ASN1_STRING_set(dns, host, -1) == 1) {
    GENERAL_NAME_set0_value(name, GEN_DNS, dns);
    return name;
  }
  ASN1_IA5STRING_free(dns);
  ASN1_OCTET_STRING_free(address);
  GENERAL_NAME_free(name);
  return NULL;
}

static bool add_hosts(X509 *cert, const char *const *hosts, size_t n_hosts)
{
  GENERAL_NAMES *names = GENERAL_NAMES_new();
  bool ok = names != NULL;

  for (size_t i = 0; ok && i < n_hosts; i++) {
    GENERAL_NAME *name = general_name(hosts[i]);
    ok = name != NULL && sk_GENERAL_NAME_push(names, name) > 0;
    if (!ok)
      GENERAL_NAME_free(name);
  }
  ok = ok && X509_add1_ext_i2d(cert, NID_subject_alt_name, names, 0, 0) == 1;
  GENERAL_NAMES_free(names);
  return ok;
}

X509 *hc_certificate_leaf(const struct hc_issuer *issuer, EVP_PKEY *key,
                          const char *const *hosts, size_t n_hosts)
{
  X509 *ca = issuer->cert;
  X509 *cert = X509_new();
  if (cert != NULL && set_frame(cert, key, "hyco relay", HC_LEAF_DAYS) &&
      X509_set_issuer_name(cert, X509_get_subject_name(ca)) == 1 &&
      add_extension(cert, ca, NID_basic_constraints, "critical,CA:FALSE") &&
      add_extension(cert, ca, NID_key_usage, "critical,digitalSignature") &&
      add_extension(cert, ca, NID_ext_key_usage, "serverAuth") &&
      add_extension(cert, ca, NID_subject_key_identifier, "hash") &&
      add_extension(cert, ca, NID_authority_key_identifier, "keyid:always") &&
      add_hosts(cert, hosts, n_hosts) &&
      X509_sign(cert, issuer->key, EVP_sha256()) > 0)
    return cert;
  X509_free(cert);
  return NULL;
}

bool hc_certificate_covers(X509 *cert, const char *host)
{
  ASN1_OCTET_STRING *address = a2i_IPADDRESS(host);
  ASN1_OCTET_STRING_free(address);
  if (address != NULL)
    return X509_check_ip_asc(cert, host, 0) == 1;
  return X509_check_host(cert, host, 0, 0, NULL) == 1;
}

bool hc_certificate_is_fresh(const X509 *cert)
{
  time_t later = time(NULL) + (time_t)HC_RENEW_DAYS * DAY_S;
  return X509_cmp_current_time(X509_get0_notBefore(cert)) < 0 &&
         X509_cmp_time(X509_get0_notAfter(cert), &later) > 0;
}
