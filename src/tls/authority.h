/* The relay's private certificate authority: a CA and a server certificate in
 * a state directory, made once and used again. */
#ifndef HC_TLS_AUTHORITY_H
#define HC_TLS_AUTHORITY_H

#include "base/fault.h"

/* Sees to it that dir (made with mode 0700 if missing, parents too) holds
 * ca.pem, ca.key, cert.pem (leaf with the CA behind it) and key.pem (keys
 * 0600): P-256, the leaf good for localhost, 127.0.0.1, ::1 and the n_hosts
 * names or addresses, valid for 10 years (CA) and 397 days (leaf). A leaf that
 * misses a host or has under 30 days left is made anew from the same CA. Files
 * are written under another name and renamed. 0, HYCO_EFILE, HYCO_EFILEIO,
 * HYCO_ETLS, HYCO_ENOMEM; fault names the file. */
int hc_authority_prepare(const char *dir, const char *const *hosts,
                         size_t n_hosts, struct hc_fault *fault);

#endif
