/* The sender's own rows of the property table. */
#include "sender/sender.h"
#include "session/negotiated.h"
#include "session/token_source.h"

static bool is_trust(hyco_property p)
{
  return p == HYCO_OPENSSL_CA_DIR || p == HYCO_OPENSSL_CA_FILE ||
         p == HYCO_OPENSSL_CIPHER_LIST || p == HYCO_SSL_CA_CERT_FILE_PATHS ||
         p == HYCO_SSL_SERVER_CA_CERTS;
}

static int set_row(void *owner, int id, hyco_property p,
                   const struct hc_value *value, struct hc_fault *fault)
{
  struct hc_sender *s = owner;

  (void)id;
  int rc = hc_sending_set_row(&s->sending, s->is_open ? s->connection : NULL, p,
                              value, fault);
  if (rc != HC_SURFACE_STORED)
    return rc;
  if (p == HYCO_CONNECTION_ACCEPT_DATA) {
    s->accept_data = value->number != 0;
    if (s->connection != NULL && s->accept_data)
      hc_connection_resume(s->connection);
    else if (s->connection != NULL)
      hc_connection_pause(s->connection);
    return 0;
  }
  if (p == HYCO_CONNECTION_CONNECTED && value->number != 0)
    return hc_fault_set(fault, HYCO_EBADVALUE,
                        "azure_relay_connection_connected can only be set to "
                        "false");
  if (p == HYCO_CONNECTION_CONNECTED)
    return hc_sender_disconnect(s);
  if (is_trust(p))
    s->trust_is_stale = true;
  if (p == HYCO_LOG_LEVEL)
    s->log.level = (enum hc_log_level)value->number;
  return HC_SURFACE_STORED;
}

static int get_negotiated(const struct hc_sender *s, hyco_property p,
                          struct hc_value *value)
{
  struct hc_tls_negotiated n = { "", "", "", "", 0, 0 };

  if (s->connection != NULL)
    hc_connection_negotiated(s->connection, &n);
  hc_negotiated_read_row(&n, p, value);
  return 0;
}

/* The address in use, or where it goes out from if nobody says. */
static int get_local_host(struct hc_sender *s, struct hc_value *value)
{
  if (s->is_open)
    hc_connection_local(s->connection, &s->local);
  else if (hc_properties_text(&s->surface.props, HYCO_LOCAL_HOST)[0] == '\0')
    hc_net_own_name(s->net, s->local.host, sizeof s->local.host);
  else
    return HC_SURFACE_STORED;
  value->text = s->local.host;
  return 0;
}

static int get_row(void *owner, int id, hyco_property p, struct hc_value *value,
                   struct hc_fault *fault)
{
  struct hc_sender *s = owner;

  (void)id;
  (void)fault;
  if (p == HYCO_CONNECTED || p == HYCO_CONNECTION_CONNECTED)
    value->number = s->is_open && hc_connection_is_open(s->connection);
  else if (p == HYCO_CONNECTION_ACCEPT_DATA)
    value->number = s->accept_data;
  else if (p == HYCO_CONNECTION_READY_TO_SEND)
    value->number = s->is_open && hc_connection_is_ready(s->connection);
  else if (p == HYCO_LOCAL_HOST)
    return get_local_host(s, value);
  else if (hc_negotiated_has(p))
    return get_negotiated(s, p, value);
  else if (p == HYCO_CONNECTION_ID)
    value->text = hc_sender_id(s);
  else if (p == HYCO_ACCESS_TOKEN)
    return hc_token_source_read_row(&s->surface, hc_net_wall_s(s->net), value);
  else if (!hc_traffic_get_row(hc_sender_traffic(s), p, &value->number))
    return hc_sending_get_row(&s->sending, p, value);
  return 0;
}

static bool is_idle(const void *owner)
{
  const struct hc_sender *s = owner;
  return !s->is_busy;
}

const struct hc_surface_ops hc_sender_rows = { set_row, get_row, is_idle };
