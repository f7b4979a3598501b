/* What connections and TLS are made with, read from the property table. */
#include "session/options.h"

uint64_t hc_keep_alive_ms(const struct hc_properties *props)
{
  return (uint64_t)hc_properties_number(props, HYCO_KEEP_ALIVE_TIME) * 1000;
}

uint64_t hc_handshake_ms(const struct hc_properties *props, uint64_t usual_ms)
{
  int64_t set_s = hc_properties_number(props, HYCO_DEFAULT_CONNECTION_TIMEOUT);
  return set_s > 0 ? (uint64_t)set_s * 1000 : usual_ms;
}

struct hc_connection_options
hc_connection_options_read(const struct hc_properties *props)
{
  return (struct hc_connection_options){
    .max_frame = (size_t)hc_properties_number(props, HYCO_MAX_FRAME_SIZE),
    .queue_mark = (size_t)hc_properties_number(props, HYCO_OUT_BUFFER_SIZE),
    .half_close = hc_properties_flag(props, HYCO_HALF_CLOSE),
    .wait_for_close = hc_properties_flag(props, HYCO_WAIT_FOR_CLOSE_RESPONSE),
    .keep_alive_ms = hc_keep_alive_ms(props),
  };
}

struct hc_tcp hc_tcp_from_properties(const struct hc_properties *props)
{
  static const enum hc_family families[] = { HC_FAMILY_IPV4, HC_FAMILY_ANY,
                                             HC_FAMILY_IPV6 };
  return (struct hc_tcp){
    .no_delay = hc_properties_flag(props, HYCO_TCP_NO_DELAY),
    .family = families[hc_properties_number(props, HYCO_USE_IPV6)],
    .keep_alive_ms =
        (uint32_t)hc_properties_number(props, HYCO_TCP_KEEP_ALIVE_TIME),
    .keep_interval_ms =
        (uint32_t)hc_properties_number(props, HYCO_TCP_KEEP_ALIVE_INTERVAL),
    .keep_probes =
        (uint32_t)hc_properties_number(props, HYCO_TCP_KEEP_ALIVE_RETRY_COUNT),
    .in_buffer = (uint32_t)hc_properties_number(props, HYCO_IN_BUFFER_SIZE),
  };
}

/* NULL for an empty text: the default. */
static const char *text_or_null(const struct hc_properties *props,
                                hyco_property p)
{
  const char *text = hc_properties_text(props, p);
  return text[0] != '\0' ? text : NULL;
}

int hc_tls_from_properties(struct hc_net *net,
                           const struct hc_properties *props,
                           struct hc_tls **out, struct hc_fault *fault)
{
  struct hc_tls_options options = {
    .ca_file = text_or_null(props, HYCO_OPENSSL_CA_FILE),
    .ca_dir = text_or_null(props, HYCO_OPENSSL_CA_DIR),
    .ca_pem = hc_span_str(hc_properties_text(props, HYCO_SSL_SERVER_CA_CERTS)),
    .ca_paths = text_or_null(props, HYCO_SSL_CA_CERT_FILE_PATHS),
    .cipher_list = text_or_null(props, HYCO_OPENSSL_CIPHER_LIST),
  };
  return hc_net_tls_new(net, &options, out, fault);
}

void hc_disconnect_as_set(struct hc_connection *c,
                          const struct hc_properties *props)
{
  hc_connection_disconnect(
      c, (int)hc_properties_number(props, HYCO_DISCONNECT_STATUS_CODE),
      hc_span_str(
          hc_properties_text(props, HYCO_DISCONNECT_STATUS_DESCRIPTION)));
}
