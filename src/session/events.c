/* Events that receivers and senders report alike. */
#include "session/events.h"
#include "base/base64.h"

hyco_ssl_server_authentication
hc_event_of_verdict(const struct hc_tls_verdict *verdict)
{
  return (hyco_ssl_server_authentication){
    .cert_encoded = verdict->cert_der.ptr,
    .cert_encoded_len = verdict->cert_der.len,
    .cert_subject = verdict->subject,
    .cert_issuer = verdict->issuer,
    .status = verdict->status,
    .accept = verdict->ok,
  };
}

/* RFC 7468: 64 characters a line. */
static int write_pem(struct hc_buffer *pem, struct hc_span der)
{
  enum { BYTES_PER_LINE = 48 };
  char line[HC_BASE64_LEN(BYTES_PER_LINE) + 1];
  int rc = hc_buffer_append_str(pem, "-----BEGIN CERTIFICATE-----\n");

  while (rc == 0 && der.len > 0) {
    size_t n = der.len < BYTES_PER_LINE ? der.len : BYTES_PER_LINE;
    hc_base64_encode(line, hc_span_of(der.ptr, n));
    rc = hc_buffer_printf(pem, "%s\n", line);
    hc_span_drop(&der, n);
  }
  if (rc == 0)
    rc = hc_buffer_append_str(pem, "-----END CERTIFICATE-----\n");
  return rc;
}

void hc_event_keep_cert(struct hc_buffer *pem, struct hc_span der)
{
  hc_buffer_clear(pem);
  if (write_pem(pem, der) < 0)
    hc_buffer_clear(pem);
}

hyco_log hc_event_of_line(enum hc_log_level level, int id, const char *line)
{
  static const char *const types[] = { "", "Info", "Verbose", "Debug" };

  return (hyco_log){ .connection_id = id,
                     .log_level = (int)level,
                     .message = line,
                     .log_type = types[level] };
}

void hc_event_words(struct hc_span words, struct hc_fault *out)
{
  hc_fault_set(out, 0, "%.*s", (int)words.len,
               words.len > 0 ? (const char *)words.ptr : "");
}
