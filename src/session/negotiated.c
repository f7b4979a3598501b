/* The SSLNegotiated* rows. */
#include "session/negotiated.h"

bool hc_negotiated_has(hyco_property p)
{
  return p == HYCO_SSL_NEGOTIATED_CIPHER ||
         p == HYCO_SSL_NEGOTIATED_CIPHER_STRENGTH ||
         p == HYCO_SSL_NEGOTIATED_CIPHER_SUITE ||
         p == HYCO_SSL_NEGOTIATED_KEY_EXCHANGE ||
         p == HYCO_SSL_NEGOTIATED_KEY_EXCHANGE_STRENGTH ||
         p == HYCO_SSL_NEGOTIATED_PROTOCOL;
}

void hc_negotiated_read_row(const struct hc_tls_negotiated *n, hyco_property p,
                            struct hc_value *value)
{
  if (p == HYCO_SSL_NEGOTIATED_CIPHER)
    value->text = n->cipher;
  else if (p == HYCO_SSL_NEGOTIATED_CIPHER_SUITE)
    value->text = n->suite;
  else if (p == HYCO_SSL_NEGOTIATED_KEY_EXCHANGE)
    value->text = n->key_exchange;
  else if (p == HYCO_SSL_NEGOTIATED_PROTOCOL)
    value->text = n->protocol;
  else if (p == HYCO_SSL_NEGOTIATED_CIPHER_STRENGTH)
    value->number = n->cipher_bits;
  else
    value->number = n->key_exchange_bits;
}
