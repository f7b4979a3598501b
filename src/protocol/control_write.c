/* Writes the JSON messages of the control channel. */
#include "protocol/control_out.h"

/* Java cannot do without remoteEndpoint (spec hybrid-connections.md 1.6). */
int hc_control_write_accept(struct hc_buffer *out,
                            const struct hc_accept_out *accept)
{
  struct hc_json_out json;

  hc_control_begin(&json, out, "accept");
  hc_control_put_headers(&json, "connectHeaders", accept->headers,
                         accept->n_headers, false);
  hc_control_put_endpoint(&json, accept->remote_address, accept->remote_port);
  hc_json_put_text(&json, "address", accept->address);
  hc_json_put_text(&json, "id", accept->id);
  return hc_control_end(&json);
}

int hc_control_write_renew_token(struct hc_buffer *out, struct hc_span token)
{
  struct hc_json_out json;

  hc_control_begin(&json, out, "renewToken");
  hc_json_put_text(&json, "token", token);
  return hc_control_end(&json);
}
