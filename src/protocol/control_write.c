/* Writes the JSON messages of the control channel. */
#include "protocol/control_out.h"

/* Java cannot do without remoteEndpoint (spec hybrid-connections.md 1.6). */
static int fill_accept(json_t *body, const struct hc_accept_out *accept)
{
  json_t *headers = hc_control_add_object(body, "connectHeaders");

  if (headers == NULL)
    return HYCO_ENOMEM;
  int rc = hc_control_set_endpoint(body, accept->remote_address,
                                   accept->remote_port);
  if (rc == 0)
    rc = hc_control_set_text(body, "address", accept->address);
  if (rc == 0)
    rc = hc_control_set_text(body, "id", accept->id);
  if (rc == 0)
    rc = hc_control_set_headers(headers, accept->headers, accept->n_headers,
                                false);
  return rc;
}

int hc_control_write_accept(struct hc_buffer *out,
                            const struct hc_accept_out *accept)
{
  json_t *root = json_object();
  json_t *body = hc_control_add_object(root, "accept");
  int rc = body != NULL ? fill_accept(body, accept) : HYCO_ENOMEM;

  if (rc == 0)
    rc = hc_control_append(out, root);
  json_decref(root);
  return rc;
}

int hc_control_write_renew_token(struct hc_buffer *out, struct hc_span token)
{
  json_t *root = json_object();
  json_t *body = hc_control_add_object(root, "renewToken");
  int rc =
      body != NULL ? hc_control_set_text(body, "token", token) : HYCO_ENOMEM;

  if (rc == 0)
    rc = hc_control_append(out, root);
  json_decref(root);
  return rc;
}
