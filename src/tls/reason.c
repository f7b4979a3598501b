/* OpenSSL's words for what went wrong. */
#include "tls/reason.h"

#include <openssl/err.h>
#include <string.h>

const char *hc_tls_reason(void)
{
  /* The first one is the cause, those behind it say who passed it on. */
  unsigned long error = ERR_peek_error();
  const char *text = NULL;

  if (ERR_SYSTEM_ERROR(error))
    text = strerror((int)ERR_GET_REASON(error));
  else if (error != 0)
    text = ERR_reason_error_string(error);
  ERR_clear_error();
  return text != NULL ? text : "unknown reason";
}
