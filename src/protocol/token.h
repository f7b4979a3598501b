/* Shared access signature tokens (spec hybrid-connections.md 1.3):
 * "SharedAccessSignature sr=URI&sig=SIG&se=EXPIRY&skn=RULE". */
#ifndef HC_PROTOCOL_TOKEN_H
#define HC_PROTOCOL_TOKEN_H

#include "base/buffer.h"
#include "base/fault.h"

enum {
  HC_TOKEN_MAX = 8192,
  HC_KEY_MAX = 256 /* of a rule's name and of its key, as in the .NET SDK */
};

/* Appends a token for http://host/path/ (host lower-cased, no port, path
 * without a leading '/', may be empty: DESIGN section 8). key is its text, not
 * decoded. expiry in Unix seconds. 0, HYCO_EBADVALUE (empty or too long host,
 * key name or key, expiry below 0), HYCO_ETOOLONG, HYCO_ENOMEM. */
int hc_token_make(struct hc_buffer *out, struct hc_span host,
                  struct hc_span path, struct hc_span key_name,
                  struct hc_span key, int64_t expiry);

/* Spans point into the token, still encoded. */
struct hc_token {
  struct hc_span resource; /* sr */
  struct hc_span signature;
  int64_t expiry;
  struct hc_span expiry_text; /* se as it stands, which is what was signed */
  struct hc_span key_name;
};

/* The fields in any order, unknown ones ignored, all four needed, none twice.
 * 0 or HYCO_EBADVALUE (fault says what is missing, never quotes sig). */
int hc_token_parse(struct hc_span text, struct hc_token *token,
                   struct hc_fault *fault);

/* True if the signature is the HMAC over the raw sr and se, keyed with key;
 * constant time. */
bool hc_token_is_signed_by(const struct hc_token *token, struct hc_span key);

/* True if the decoded sr covers host and path: scheme and port ignored, host
 * and path without regard to case, its path a prefix of path by whole
 * segments, empty covers everything. `path` is decoded and may begin with '/';
 * "$hc/" in front of sr's path is ignored. */
bool hc_token_covers(const struct hc_token *token, struct hc_span host,
                     struct hc_span path);

/* True if the decoded skn is this name (exact). A '+' in skn is a '+' or a
 * blank: .NET and Java write blanks so, Node does not encode skn at all. */
bool hc_token_is_by_rule(const struct hc_token *token, const char *name);

#endif
