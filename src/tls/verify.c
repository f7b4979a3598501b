/* Whether a server's certificate is believed: chain, name, and the owner. */
#include "tls/context_internal.h"
#include "tls/reason.h"
#include "tls/session_internal.h"

#include <openssl/x509v3.h>
#include <stdio.h>

enum { NAME_MAX_LEN = 256, STATUS_MAX_LEN = 320 };

/* Adds one name of the certificate to a list for people. */
static void add_name(char *out, size_t size, const GENERAL_NAME *name)
{
  size_t used = strlen(out);
  const char *comma = used > 0 ? ", " : "";

  if (name->type == GEN_DNS) {
    const ASN1_IA5STRING *dns = name->d.dNSName;
    snprintf(out + used, size - used, "%s%.*s", comma, ASN1_STRING_length(dns),
             (const char *)ASN1_STRING_get0_data(dns));
  } else if (name->type == GEN_IPADD) {
    char *text = NULL;
    BIO *bio = BIO_new(BIO_s_mem());
    if (bio != NULL && GENERAL_NAME_print(bio, (GENERAL_NAME *)name) == 1) {
      int len = (int)BIO_get_mem_data(bio, &text);
      const int prefix = (int)strlen("IP Address:");
      if (len > prefix)
        snprintf(out + used, size - used, "%s%.*s", comma, len - prefix,
                 text + prefix);
    }
    BIO_free(bio);
  }
}

static void list_names(X509 *cert, char *out, size_t size)
{
  GENERAL_NAMES *names =
      X509_get_ext_d2i(cert, NID_subject_alt_name, NULL, NULL);

  out[0] = '\0';
  for (int i = 0; names != NULL && i < sk_GENERAL_NAME_num(names); i++)
    add_name(out, size, sk_GENERAL_NAME_value(names, i));
  GENERAL_NAMES_free(names);
  if (out[0] == '\0')
    snprintf(out, size, "nothing");
}

static void describe(X509 *cert, long result, char *out, size_t size)
{
  if (result != X509_V_ERR_HOSTNAME_MISMATCH &&
      result != X509_V_ERR_IP_ADDRESS_MISMATCH) {
    const char *text =
        result == X509_V_OK ? "OK" : X509_verify_cert_error_string(result);
    snprintf(out, size, "%s", text);
    return;
  }
  char names[NAME_MAX_LEN];
  list_names(cert, names, sizeof(names));
  snprintf(out, size, "hostname mismatch: the certificate is for %s", names);
}

/* "CN=www.example.org, O=Example" (spec receiver.md, ssl_cert_subject). */
static void print_name(const X509_NAME *name, char *out, size_t size)
{
  const unsigned long flags =
      (XN_FLAG_RFC2253 & ~(unsigned long)XN_FLAG_SEP_MASK &
       ~(unsigned long)ASN1_STRFLGS_ESC_MSB) |
      XN_FLAG_SEP_CPLUS_SPC;
  char *text = NULL;
  BIO *bio = BIO_new(BIO_s_mem());

  out[0] = '\0';
  if (bio != NULL && X509_NAME_print_ex(bio, name, 0, flags) >= 0) {
    long len = BIO_get_mem_data(bio, &text);
    snprintf(out, size, "%.*s", (int)len, text);
  }
  BIO_free(bio);
}

/* Asks the owner; without one the check decides. */
static bool ask(X509 *cert, const char *status, bool ok,
                bool (*on_verify)(void *user_data,
                                  const struct hc_tls_verdict *verdict),
                void *user_data)
{
  char subject[NAME_MAX_LEN];
  char issuer[NAME_MAX_LEN];
  unsigned char *der = NULL;

  if (on_verify == NULL)
    return ok;
  int len = i2d_X509(cert, &der);
  if (len < 0)
    return false;
  print_name(X509_get_subject_name(cert), subject, sizeof(subject));
  print_name(X509_get_issuer_name(cert), issuer, sizeof(issuer));
  const struct hc_tls_verdict verdict = {
    .cert_der = hc_span_of(der, (size_t)len),
    .subject = subject,
    .issuer = issuer,
    .status = status,
    .ok = ok,
  };
  bool accepted = on_verify(user_data, &verdict);
  OPENSSL_free(der);
  return accepted;
}

/* TLS 1.2 gives its ticket inside the handshake, before the judgement. */
static void keep_early_ticket(struct hc_tls_session *session)
{
  if (SSL_version(session->ssl) != TLS1_2_VERSION)
    return;
  SSL_SESSION *ticket = SSL_get1_session(session->ssl);
  if (ticket == NULL || !SSL_SESSION_is_resumable(ticket) ||
      hc_tls_on_ticket(session->ssl, ticket) == 0)
    SSL_SESSION_free(ticket);
}

int hc_tls_judge(X509 *cert, long result,
                 bool (*on_verify)(void *user_data,
                                   const struct hc_tls_verdict *verdict),
                 void *user_data, bool *trusted, struct hc_fault *fault)
{
  char status[STATUS_MAX_LEN];
  bool ok = result == X509_V_OK;

  *trusted = false;
  if (cert == NULL)
    return hc_fault_set(fault, HYCO_ECERTVERIFY, "no certificate was sent");
  describe(cert, result, status, sizeof(status));
  bool accepted = ask(cert, status, ok, on_verify, user_data);
  *trusted = ok && accepted;
  if (accepted)
    return 0;
  return hc_fault_set(fault, HYCO_ECERTVERIFY, "certificate refused: %s",
                      ok ? "by the application" : status);
}

int hc_tls_verify(struct hc_tls_session *session,
                  bool (*on_verify)(void *user_data,
                                    const struct hc_tls_verdict *verdict),
                  void *user_data, struct hc_fault *fault)
{
  X509 *cert = SSL_get0_peer_certificate(session->ssl);
  long result = SSL_get_verify_result(session->ssl);

  int rc = hc_tls_judge(cert, result, on_verify, user_data,
                        &session->is_trusted, fault);
  if (session->is_trusted)
    keep_early_ticket(session);
  return rc;
}
