/* GUIDs: the form of every id that the service sees (spec
 * hybrid-connections.md 1.5). */
#ifndef HC_PROTOCOL_GUID_H
#define HC_PROTOCOL_GUID_H

#include <stdint.h>

enum { HC_GUID_LEN = 36 };

/* A random (version 4) GUID in lower case and a NUL (RFC 9562 5.4). */
void hc_guid_format(char out[HC_GUID_LEN + 1], const uint8_t random[16]);

#endif
