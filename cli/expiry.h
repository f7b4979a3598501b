/* When a token ends, as far as it says so itself. */
#ifndef HC_CLI_EXPIRY_H
#define HC_CLI_EXPIRY_H

#include <stdint.h>

/* Unix seconds: "se" of a shared access signature, or "exp" of a JWT's
 * payload. 0 if there is no telling. */
int64_t hc_cli_token_expiry(const char *token);

#endif
