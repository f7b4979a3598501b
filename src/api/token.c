/* hyco/token.h and hyco/version.h. */
#include "protocol/token.h"
#include "base/memory.h"
#include "protocol/url.h"
#include <hyco/token.h>
#include <hyco/version.h>

#define TEXT_OF(x) #x
#define VERSION_TEXT(major, minor, patch) \
  TEXT_OF(major) "." TEXT_OF(minor) "." TEXT_OF(patch)

const char *hyco_version(void)
{
  return VERSION_TEXT(HYCO_VERSION_MAJOR, HYCO_VERSION_MINOR,
                      HYCO_VERSION_PATCH);
}

int hyco_token_new(const char *namespace_address, const char *entity,
                   const char *key_name, const char *key, int64_t expires_at,
                   char **token)
{
  struct hc_span host;
  struct hc_buffer out;
  uint16_t port;

  if (namespace_address == NULL || entity == NULL || key_name == NULL ||
      key == NULL || token == NULL)
    return HYCO_EINVALID;
  int rc = hc_url_parse_authority(hc_span_str(namespace_address), &host, &port,
                                  NULL);
  if (rc < 0)
    return rc;
  while (*entity == '/')
    entity++;
  hc_buffer_init(&out, HC_TOKEN_MAX);
  rc = hc_token_make(&out, host, hc_span_str(entity), hc_span_str(key_name),
                     hc_span_str(key), expires_at);
  if (rc == 0) {
    struct hc_span made = hc_buffer_span(&out);
    *token = hc_strndup((const char *)made.ptr, made.len);
    rc = *token != NULL ? 0 : HYCO_ENOMEM;
  }
  hc_buffer_deinit_secret(&out);
  return rc;
}

void hyco_token_free(char *token)
{
  hc_secret_free(token);
}
