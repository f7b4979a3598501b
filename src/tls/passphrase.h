/* Private keys are read without asking anybody. */
#ifndef HC_TLS_PASSPHRASE_H
#define HC_TLS_PASSPHRASE_H

/* OpenSSL's callback for a passphrase: a key that has one is an error, and no
 * terminal is asked. */
static inline int hc_tls_no_passphrase(char *out, int size, int writing,
                                       void *user_data)
{
  (void)out;
  (void)size;
  (void)writing;
  (void)user_data;
  return -1;
}

#endif
