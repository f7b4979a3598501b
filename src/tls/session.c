/* One TLS session over a BIO of our own. */
#include "tls/session.h"

#include "base/memory.h"
#include "tls/context_internal.h"
#include "tls/host.h"
#include "tls/reason.h"
#include "tls/session_internal.h"

#include <assert.h>
#include <openssl/err.h>
#include <stdio.h>

/* SNI and what the certificate must be good for. */
static bool set_name(SSL *ssl, const char *host)
{
  return hc_tls_host_expect(SSL_get0_param(ssl), host) &&
         (hc_tls_host_is_address(host) ||
          SSL_set_tlsext_host_name(ssl, host) == 1);
}

static void offer_ticket(struct hc_tls_session *session)
{
  SSL_SESSION *ticket =
      hc_tickets_take(&session->tls->tickets, session->ticket_key);
  if (ticket == NULL)
    return;
  if (SSL_SESSION_is_resumable(ticket))
    SSL_set_session(session->ssl, ticket);
  SSL_SESSION_free(ticket);
}

static bool set_client(struct hc_tls_session *session, const char *host,
                       uint16_t port)
{
  char key[300];
  char name[HC_TLS_HOST_MAX + 1];

  if (!hc_tls_host_name(host, name))
    return false;
  snprintf(key, sizeof(key), "%s:%u", name, port);
  session->ticket_key = hc_strdup(key);
  if (session->ticket_key == NULL || !set_name(session->ssl, name))
    return false;
  const char *groups = hc_tls_host_groups(name);
  if (groups != NULL && SSL_set1_groups_list(session->ssl, groups) != 1)
    return false;
  SSL_set_connect_state(session->ssl);
  offer_ticket(session);
  return true;
}

static bool set_up(struct hc_tls_session *session, const char *host,
                   uint16_t port)
{
  session->ssl = SSL_new(session->tls->ctx);
  if (session->ssl == NULL)
    return false;
  BIO *bio = hc_tls_bio_new(&session->ends);
  if (bio == NULL)
    return false;
  SSL_set_bio(session->ssl, bio, bio);
  SSL_set_app_data(session->ssl, session);
  if (!session->tls->server)
    return set_client(session, host, port);
  SSL_set_accept_state(session->ssl);
  return true;
}

int hc_tls_session_new(struct hc_tls *tls, const char *host, uint16_t port,
                       struct hc_tls_session **out)
{
  struct hc_tls_session *session = hc_alloc_zero(sizeof(*session));
  if (session == NULL)
    return HYCO_ENOMEM;
  session->tls = hc_tls_ref(tls);
  hc_buffer_init(&session->ends.out, HC_TLS_OUT_MAX);
  if (!set_up(session, host, port)) {
    ERR_clear_error();
    hc_tls_session_free(session);
    return HYCO_ENOMEM;
  }
  *out = session;
  return 0;
}

void hc_tls_session_free(struct hc_tls_session *session)
{
  if (session == NULL)
    return;
  /* Without this OpenSSL takes an aborted session for a bad one and spoils its
   * ticket. */
  if (session->ssl != NULL && !session->is_broken)
    SSL_set_shutdown(session->ssl, SSL_SENT_SHUTDOWN | SSL_RECEIVED_SHUTDOWN);
  SSL_free(session->ssl);
  hc_buffer_deinit(&session->ends.out);
  hc_free(session->ticket_key);
  hc_tls_unref(session->tls);
  hc_free(session);
}

struct hc_buffer *hc_tls_out(struct hc_tls_session *session)
{
  return &session->ends.out;
}

static int broken(struct hc_tls_session *session, struct hc_fault *fault)
{
  session->is_broken = true;
  return hc_fault_set(fault, HYCO_ETLS, "TLS: %s", hc_tls_reason());
}

int hc_tls_handshake(struct hc_tls_session *session, struct hc_span *in,
                     struct hc_fault *fault)
{
  ERR_clear_error();
  session->ends.in = *in;
  int rc = SSL_do_handshake(session->ssl);
  *in = session->ends.in;
  if (rc == 1)
    return 1;
  if (SSL_get_error(session->ssl, rc) == SSL_ERROR_WANT_READ)
    return 0;
  return broken(session, fault);
}

size_t hc_tls_read(struct hc_tls_session *session, struct hc_span *in,
                   uint8_t *out, size_t room, struct hc_fault *fault)
{
  size_t total = 0;
  int rc = 1;

  assert(room >= in->len + HC_TLS_READ_EXTRA);
  fault->code = 0;
  ERR_clear_error();
  session->ends.in = *in;
  while (rc == 1 && total < room) {
    size_t n = 0;
    rc = SSL_read_ex(session->ssl, out + total, room - total, &n);
    total += n;
  }
  *in = session->ends.in;
  int error = SSL_get_error(session->ssl, rc);
  if (error == SSL_ERROR_ZERO_RETURN)
    session->is_ended = true;
  else if (error != SSL_ERROR_WANT_READ && error != SSL_ERROR_NONE)
    broken(session, fault);
  return total;
}

bool hc_tls_is_ended(const struct hc_tls_session *session)
{
  return session->is_ended;
}

int hc_tls_write(struct hc_tls_session *session, struct hc_span bytes)
{
  size_t n = bytes.len < HC_TLS_RECORD_MAX ? bytes.len : HC_TLS_RECORD_MAX;

  ERR_clear_error();
  if (session->is_broken || SSL_write_ex(session->ssl, bytes.ptr, n, &n) != 1)
    return broken(session, NULL);
  return (int)n;
}

void hc_tls_finish(struct hc_tls_session *session)
{
  ERR_clear_error();
  if (!session->is_broken && SSL_is_init_finished(session->ssl))
    SSL_shutdown(session->ssl);
  ERR_clear_error();
}

void hc_tls_trim(struct hc_tls_session *session)
{
  hc_buffer_trim(&session->ends.out);
  SSL_free_buffers(session->ssl);
}

int hc_tls_on_ticket(SSL *ssl, SSL_SESSION *ticket)
{
  struct hc_tls_session *session = SSL_get_app_data(ssl);

  if (!session->is_trusted || session->ticket_key == NULL)
    return 0;
  hc_tickets_put(&session->tls->tickets, session->ticket_key, ticket);
  return 1;
}
