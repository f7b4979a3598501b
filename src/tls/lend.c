/* The rules and the trust of a struct hc_tls for a TLS client of libcurl's. */
#include "tls/lend.h"

#include "tls/context_internal.h"
#include "tls/reason.h"
#include "tls/session_internal.h"

#include <openssl/err.h>

static int verify(X509_STORE_CTX *store, void *user_data)
{
  struct hc_tls_loan *loan = user_data;
  bool trusted;

  if (!hc_tls_host_expect(X509_STORE_CTX_get0_param(store), loan->name)) {
    X509_STORE_CTX_set_error(store, X509_V_ERR_OUT_OF_MEM);
    return 0;
  }
  X509_verify_cert(store);
  long result = X509_STORE_CTX_get_error(store);
  ERR_clear_error();
  int rc =
      hc_tls_judge(X509_STORE_CTX_get0_cert(store), result, loan->on_verify,
                   loan->user_data, &trusted, &loan->fault);
  if (rc == 0)
    X509_STORE_CTX_set_error(store, X509_V_OK);
  else if (result == X509_V_OK)
    X509_STORE_CTX_set_error(store, X509_V_ERR_APPLICATION_VERIFICATION);
  return rc == 0;
}

static void note_alert(const SSL *ssl, int where, int alert)
{
  struct hc_tls_loan *loan = SSL_CTX_get_app_data(SSL_get_SSL_CTX(ssl));

  if (where == SSL_CB_READ_ALERT && (alert & 0xff) == SSL_AD_CLOSE_NOTIFY)
    loan->is_ended = true;
}

static bool lend_certificate(SSL_CTX *from, SSL_CTX *to)
{
  X509 *cert = SSL_CTX_get0_certificate(from);
  STACK_OF(X509) *chain = NULL;

  if (cert == NULL)
    return true;
  SSL_CTX_get0_chain_certs(from, &chain);
  return SSL_CTX_use_certificate(to, cert) == 1 &&
         SSL_CTX_set1_chain(to, chain) == 1 &&
         SSL_CTX_use_PrivateKey(to, SSL_CTX_get0_privatekey(from)) == 1;
}

/* What its maker has set is undone: a ClientHello says as much as ours. */
static int lend_rules(struct hc_tls_loan *loan, SSL_CTX *to)
{
  SSL_CTX *from = loan->tls->ctx;
  const char *groups = hc_tls_host_groups(loan->name);

  int rc = hc_tls_set_rules(to, loan->tls->cipher_list, &loan->fault);
  if (rc != 0)
    return rc;
  SSL_CTX_clear_options(to, SSL_CTX_get_options(to));
  SSL_CTX_set_options(to, SSL_CTX_get_options(from) | SSL_OP_NO_TICKET);
  SSL_CTX_set_post_handshake_auth(to, 0);
  SSL_CTX_set_keylog_callback(to, NULL); /* SSLKEYLOGFILE */
  if ((groups != NULL && SSL_CTX_set1_groups_list(to, groups) != 1) ||
      SSL_CTX_set1_param(to, SSL_CTX_get0_param(from)) != 1)
    return hc_fault_set(&loan->fault, HYCO_ETLS, "TLS: %s", hc_tls_reason());
  return 0;
}

int hc_tls_lend(struct hc_tls_loan *loan, void *ssl_ctx)
{
  SSL_CTX *from = loan->tls->ctx;
  SSL_CTX *to = ssl_ctx;

  if (!hc_tls_host_name(loan->host, loan->name))
    return hc_fault_set(&loan->fault, HYCO_EBADURL, "host name too long");
  loan->fault.code = 0;
  ERR_clear_error(); /* what was left there is not our reason */
  int rc = lend_rules(loan, to);
  if (rc != 0)
    return rc;
  if (!lend_certificate(from, to))
    return hc_fault_set(&loan->fault, HYCO_ETLS, "TLS: %s", hc_tls_reason());
  SSL_CTX_set1_cert_store(to, SSL_CTX_get_cert_store(from));
  SSL_CTX_set_verify(to, SSL_VERIFY_PEER, NULL);
  SSL_CTX_set_cert_verify_callback(to, verify, loan);
  loan->is_ended = false;
  SSL_CTX_set_app_data(to, loan);
  SSL_CTX_set_info_callback(to, note_alert);
  return 0;
}
