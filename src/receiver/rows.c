/* The receiver's own rows of the property table. */
#include "receiver/rows.h"
#include "receiver/allowed_clients.h"
#include "receiver/http_forward.h"
#include "receiver/receiver.h"
#include "session/negotiated.h"
#include "session/token_source.h"

static int find(struct hc_receiver *r, int id, struct hc_accepted **out,
                struct hc_fault *fault)
{
  *out = hc_receiver_find(r, id);
  if (*out == NULL)
    return hc_fault_set(fault, HYCO_EBADID, "there is no connection %d", id);
  return 0;
}

static int set_connection_row(struct hc_receiver *r, int id, hyco_property p,
                              const struct hc_value *value,
                              struct hc_fault *fault)
{
  struct hc_accepted *a;
  int rc = find(r, id, &a, fault);

  if (rc < 0)
    return rc;
  rc = hc_sending_set_row(&a->sending, a->connection, p, value, fault);
  if (rc != HC_SURFACE_STORED)
    return rc;
  rc = 0;
  if (p == HYCO_CONNECTION_ACCEPT_DATA) {
    a->accept_data = value->number != 0;
    if (a->forward != NULL)
      hc_forward_set_accepting(a->forward, a->accept_data);
    else if (a->accept_data)
      hc_connection_resume(a->connection);
    else
      hc_connection_pause(a->connection);
  } else if (value->number != 0) {
    rc = hc_fault_set(fault, HYCO_EBADVALUE,
                      "azure_relay_connection_connected can only be set to "
                      "false");
  } else {
    rc = hc_receiver_disconnect(r, id);
  }
  return rc;
}

static int set_row(void *owner, int id, hyco_property p,
                   const struct hc_value *value, struct hc_fault *fault)
{
  struct hc_receiver *r = owner;

  if (hyco_property_get_row(p)->scope == HYCO_SCOPE_CONNECTION)
    return set_connection_row(r, id, p, value, fault);
  if (p == HYCO_LISTENING && value->number != 0)
    return r->listen != NULL ? r->listen(r->block_owner)
                             : hc_receiver_start(r, true);
  if (p == HYCO_LISTENING) {
    hc_receiver_stop(r);
    return 0;
  }
  if (p == HYCO_RENEW_NOW)
    return value->number != 0 ? hc_receiver_renew(r, fault) : 0;
  if (p == HYCO_ALLOWED_CLIENTS) {
    int rc = hc_allowed_clients_check(hc_span_str(value->text), fault);
    if (rc < 0)
      return rc;
  }
  if (p == HYCO_FORWARD_HTTP_URL && value->text[0] != '\0') {
    int rc = hc_http_forward_check(hc_span_str(value->text), fault);
    if (rc < 0)
      return rc;
  }
  if (p == HYCO_LOG_LEVEL)
    r->log.level = (enum hc_log_level)value->number;
  return HC_SURFACE_STORED;
}

static int get_connection_text(const struct hc_accepted *a, hyco_property p,
                               struct hc_value *value)
{
  const char *text = NULL;

  if (p == HYCO_CONNECTION_ADDRESS)
    text = a->info.address;
  else if (p == HYCO_CONNECTION_CONNECT_HEADERS)
    text = a->info.connect_headers;
  else if (p == HYCO_CONNECTION_UID)
    text = a->uid;
  else if (p == HYCO_CONNECTION_EXTENSIONS)
    text = a->info.extensions;
  else if (p == HYCO_CONNECTION_HOST)
    text = a->info.host;
  else if (p == HYCO_CONNECTION_ID)
    text = a->info.id;
  else if (p == HYCO_CONNECTION_REMOTE_ADDRESS)
    text = a->info.remote_address;
  else if (p == HYCO_CONNECTION_SUB_PROTOCOLS)
    text = a->info.sub_protocols;
  value->text = text != NULL ? text : "";
  return 0;
}

static int get_connection_number(const struct hc_accepted *a, hyco_property p,
                                 struct hc_value *value)
{
  if (p == HYCO_CONNECTION_ACCEPT_DATA)
    value->number = a->accept_data;
  else if (p == HYCO_CONNECTION_CONNECTED)
    value->number = hc_connection_is_open(a->connection);
  else if (p == HYCO_CONNECTION_CONNECTION_ID)
    value->number = a->id;
  else if (p == HYCO_CONNECTION_READY_TO_SEND)
    value->number = hc_connection_is_ready(a->connection);
  else if (p == HYCO_CONNECTION_REMOTE_PORT)
    value->number = a->info.remote_port;
  else if (!hc_traffic_get_row(hc_connection_traffic(a->connection), p,
                               &value->number))
    return hc_sending_get_row(&a->sending, p, value);
  return 0;
}

/* Empty while there is no connection. */
static int get_negotiated(struct hc_receiver *r, int id, hyco_property p,
                          struct hc_value *value, struct hc_fault *fault)
{
  struct hc_tls_negotiated n = { "", "", "", "", 0, 0 };
  struct hc_accepted *a = NULL;

  if (id != 0 && find(r, id, &a, fault) < 0)
    return HYCO_EBADID;
  if (a != NULL)
    hc_connection_negotiated(a->connection, &n);
  else if (r->channel != NULL)
    hc_control_channel_negotiated(r->channel, &n);
  hc_negotiated_read_row(&n, p, value);
  return 0;
}

/* The address in use, or where it goes out from if nobody says. */
static int get_local_host(struct hc_receiver *r, struct hc_value *value)
{
  if (r->state == HC_RECEIVER_ONLINE)
    hc_control_channel_local(r->channel, &r->local);
  else if (hc_properties_text(&r->surface.props, HYCO_LOCAL_HOST)[0] == '\0')
    hc_net_own_name(r->net, r->local.host, sizeof r->local.host);
  else
    return HC_SURFACE_STORED;
  value->text = r->local.host;
  return 0;
}

static int get_row(void *owner, int id, hyco_property p, struct hc_value *value,
                   struct hc_fault *fault)
{
  struct hc_receiver *r = owner;
  const hyco_property_row *row = hyco_property_get_row(p);
  struct hc_accepted *a;

  if (row->scope == HYCO_SCOPE_CONNECTION) {
    int rc = find(r, id, &a, fault);
    if (rc < 0)
      return rc;
    return row->type == HYCO_TYPE_STRING ? get_connection_text(a, p, value)
                                         : get_connection_number(a, p, value);
  }
  if (hc_negotiated_has(p))
    return get_negotiated(r, id, p, value, fault);
  if (p == HYCO_LISTENING)
    value->number = hc_receiver_is_listening(r);
  else if (p == HYCO_CONNECTED)
    value->number = r->state == HC_RECEIVER_ONLINE;
  else if (p == HYCO_LOCAL_HOST)
    return get_local_host(r, value);
  else if (p == HYCO_CONNECTION_COUNT)
    value->number = (int64_t)r->ids.len;
  else if (p == HYCO_ACCESS_TOKEN)
    return hc_token_source_read_row(&r->surface, hc_net_wall_s(r->net), value);
  else
    return HC_SURFACE_STORED;
  return 0;
}

static bool is_idle(const void *owner)
{
  const struct hc_receiver *r = owner;
  return r->state == HC_RECEIVER_IDLE;
}

const struct hc_surface_ops hc_receiver_rows = { set_row, get_row, is_idle };
