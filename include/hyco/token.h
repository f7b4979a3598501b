/* Access tokens: shared access signatures (spec protocol.md, "Token"). */
#ifndef HYCO_TOKEN_H
#define HYCO_TOKEN_H

#include <hyco/export.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Makes a token for the entity (may be "": the whole namespace) of a namespace.
 * namespace_address: a host, with or without scheme and port. expires_at: Unix
 * seconds. *token is the caller's, freed with hyco_token_free. Any thread.
 * HYCO_EINVALID (NULL), HYCO_EBADURL (namespace_address), HYCO_EBADVALUE (empty
 * key or key name, or longer than 256 bytes), HYCO_ENOMEM. */
HYCO_API int hyco_token_new(const char *namespace_address, const char *entity,
                            const char *key_name, const char *key,
                            int64_t expires_at, char **token);

/* Wipes and frees a token. NULL is fine. Any thread. */
HYCO_API void hyco_token_free(char *token);

#ifdef __cplusplus
}
#endif

#endif
