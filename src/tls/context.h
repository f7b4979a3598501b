/* What TLS sessions of one kind share: certificates, trust, tickets. */
#ifndef HC_TLS_CONTEXT_H
#define HC_TLS_CONTEXT_H

#include "base/fault.h"
#include "base/tls_options.h"

/* Counted: its owner and every session hold a reference. Not shared between
 * threads. */
struct hc_tls;

/* Loads certificates and trust. 0, HYCO_ECERTSTORE (a file that cannot be
 * used; fault names it), HYCO_EBADVALUE (cipher_list; a server without a
 * certificate), HYCO_ENOMEM. */
int hc_tls_new(const struct hc_tls_options *options, struct hc_tls **out,
               struct hc_fault *fault);

struct hc_tls *hc_tls_ref(struct hc_tls *tls);

/* NULL is fine. */
void hc_tls_unref(struct hc_tls *tls);

#endif
