/* Connection strings: "Endpoint=sb://host/;SharedAccessKeyName=...;..." (spec
 * hybrid-connections.md 1.4). */
#ifndef HC_PROTOCOL_CONNECTION_STRING_H
#define HC_PROTOCOL_CONNECTION_STRING_H

#include "base/fault.h"
#include "base/span.h"

enum { HC_CONNECTION_STRING_MAX = 16384 };

/* Spans point into the text; those that did not stand there are empty. */
struct hc_connection_string {
  struct hc_span host; /* of Endpoint, without brackets */
  uint16_t port;       /* 0: none stood there */
  struct hc_span entity_path;
  struct hc_span key_name;
  struct hc_span key;
  struct hc_span signature;    /* SharedAccessSignature, a ready token */
  int64_t operation_timeout_s; /* 0: none stood there */
  bool managed_identity;       /* Authentication=ManagedIdentity */
  bool emulator; /* UseDevelopmentEmulator=true: plain ws, loopback hosts only;
                    our own key, never written for others */
};

/* Keys in any case, none twice, unknown ones refused; Endpoint needed (scheme
 * sb, path empty or "/"); SharedAccessKeyName with SharedAccessKey, never with
 * SharedAccessSignature or Authentication; OperationTimeout as [d.]hh:mm:ss or
 * whole seconds, above 0; emulator only with a loopback host. A value may hold
 * '=', blanks around keys and values and an empty last element are tolerated.
 * 0, HYCO_EBADVALUE or HYCO_ETOOLONG; fault names the key at fault and what was
 * expected, never the value of a key or a signature. */
int hc_connection_string_parse(struct hc_span text,
                               struct hc_connection_string *out,
                               struct hc_fault *fault);

#endif
