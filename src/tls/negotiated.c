/* What a handshake came to, in the names that people use. */
#include "tls/session_internal.h"

#include <openssl/objects.h>

/* Bits as OpenSSL counts them for a key of the group. */
static const struct {
  int nid;
  const char *name;
  int bits;
} groups[] = {
  { NID_X25519, "X25519", 253 },          { NID_X448, "X448", 448 },
  { NID_X9_62_prime256v1, "P-256", 256 }, { NID_secp384r1, "P-384", 384 },
  { NID_secp521r1, "P-521", 521 },        { NID_ffdhe2048, "ffdhe2048", 2048 },
  { NID_ffdhe3072, "ffdhe3072", 3072 },   { NID_ffdhe4096, "ffdhe4096", 4096 },
  { NID_ffdhe6144, "ffdhe6144", 6144 },   { NID_ffdhe8192, "ffdhe8192", 8192 },
};

static bool read_group(SSL *ssl, struct hc_tls_negotiated *out)
{
  int nid = (int)SSL_get_negotiated_group(ssl);

  for (size_t i = 0; i < sizeof(groups) / sizeof(groups[0]); i++) {
    if (groups[i].nid == nid) {
      out->key_exchange = groups[i].name;
      out->key_exchange_bits = groups[i].bits;
      return true;
    }
  }
  return false;
}

/* TLS 1.2 without a group of its own: keys of the certificate, or primes of the
 * server's choice. */
static void read_key_exchange(SSL *ssl, struct hc_tls_negotiated *out)
{
  int nid = SSL_CIPHER_get_kx_nid(SSL_get_current_cipher(ssl));
  EVP_PKEY *ephemeral = NULL;

  if (nid == NID_kx_rsa && SSL_get0_peer_certificate(ssl) != NULL) {
    out->key_exchange = "RSA";
    out->key_exchange_bits =
        EVP_PKEY_get_bits(X509_get0_pubkey(SSL_get0_peer_certificate(ssl)));
  } else if (nid == NID_kx_dhe) {
    out->key_exchange = "DHE";
    if (SSL_get_peer_tmp_key(ssl, &ephemeral) == 1)
      out->key_exchange_bits = EVP_PKEY_get_bits(ephemeral);
    EVP_PKEY_free(ephemeral);
  }
}

void hc_tls_negotiated_read(const struct hc_tls_session *session,
                            struct hc_tls_negotiated *out)
{
  *out = (struct hc_tls_negotiated){ "", "", "", "", 0, 0 };
  if (session == NULL || SSL_get_current_cipher(session->ssl) == NULL)
    return;
  const SSL_CIPHER *cipher = SSL_get_current_cipher(session->ssl);
  const char *suite = SSL_CIPHER_standard_name(cipher);
  const char *name = OBJ_nid2ln(SSL_CIPHER_get_cipher_nid(cipher));

  out->protocol = SSL_get_version(session->ssl);
  out->suite = suite != NULL ? suite : SSL_CIPHER_get_name(cipher);
  out->cipher = name != NULL ? name : "";
  out->cipher_bits = SSL_CIPHER_get_bits(cipher, NULL);
  if (!read_group(session->ssl, out))
    read_key_exchange(session->ssl, out);
}
