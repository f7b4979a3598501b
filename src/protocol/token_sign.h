/* What making and checking a token share. */
#ifndef HC_PROTOCOL_TOKEN_SIGN_H
#define HC_PROTOCOL_TOKEN_SIGN_H

#include "base/base64.h"
#include "base/crypto.h"

#define HC_TOKEN_SCHEME "SharedAccessSignature"

enum { HC_TOKEN_SIGNATURE_LEN = HC_BASE64_LEN(HC_SHA256_SIZE) };

/* The base64 of HMAC-SHA256 over resource LF expiry, both as they stand in the
 * token, keyed with the key's text (spec hybrid-connections.md 1.3), and a NUL.
 * 0, HYCO_ETOOLONG (above HC_TOKEN_MAX) or HYCO_ENOMEM. */
int hc_token_sign(char signature[HC_TOKEN_SIGNATURE_LEN + 1],
                  struct hc_span resource, struct hc_span expiry,
                  struct hc_span key);

#endif
