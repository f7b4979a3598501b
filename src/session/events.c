/* Events that receivers and senders report alike. */
#include "session/events.h"

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

hyco_log hc_event_of_line(enum hc_log_level level, const char *line)
{
  static const char *const types[] = { "", "Info", "Verbose", "Debug" };

  return (hyco_log){ .log_level = (int)level,
                     .message = line,
                     .log_type = types[level] };
}
