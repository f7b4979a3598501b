/* The headers that an application adds to a sender's handshake. */
#include "sender/headers.h"
#include "protocol/handshake.h"
#include "protocol/quote.h"

void hc_sender_headers_init(struct hc_sender_headers *headers)
{
  headers->count = 0;
  hc_buffer_init(&headers->text, HC_SENDER_HEADERS_BYTES);
}

void hc_sender_headers_deinit(struct hc_sender_headers *headers)
{
  hc_buffer_deinit_secret(&headers->text); /* an Authorization may be there */
  headers->count = 0;
}

int hc_sender_headers_add(struct hc_sender_headers *headers,
                          struct hc_span name, struct hc_span value,
                          struct hc_fault *fault)
{
  if (!hc_http_name_is_legal(name) || hc_ws_field_is_reserved(name) ||
      hc_span_is_nocase(name, "ServiceBusAuthorization"))
    return hc_fault_set(fault, HYCO_EBADVALUE,
                        "\"%.*s\" cannot be a header of one's own",
                        HC_QUOTE(name));
  if (!hc_http_value_is_legal(value))
    return hc_fault_set(fault, HYCO_EBADVALUE,
                        "the value of \"%.*s\" holds what must not stand in a "
                        "header",
                        HC_QUOTE(name));
  size_t room = HC_SENDER_HEADERS_BYTES - hc_buffer_len(&headers->text);
  if (headers->count == HC_LINK_HEADERS_MAX || name.len > room ||
      value.len > room - name.len)
    return hc_fault_set(fault, HYCO_ETOOLONG,
                        "more than %d headers or %d bytes of them",
                        (int)HC_LINK_HEADERS_MAX, (int)HC_SENDER_HEADERS_BYTES);
  uint8_t *dst = hc_buffer_reserve(&headers->text, name.len + value.len);
  if (dst == NULL)
    return hc_fault_set(fault, HYCO_ENOMEM, "out of memory");
  memcpy(dst, name.ptr, name.len);
  if (value.len > 0)
    memcpy(dst + name.len, value.ptr, value.len);
  hc_buffer_commit(&headers->text, name.len + value.len);
  headers->name_len[headers->count] = name.len;
  headers->value_len[headers->count] = value.len;
  headers->count++;
  return 0;
}

void hc_sender_headers_list(const struct hc_sender_headers *headers,
                            struct hc_http_field out[HC_LINK_HEADERS_MAX])
{
  struct hc_span rest = hc_buffer_span(&headers->text);

  for (size_t i = 0; i < headers->count; i++) {
    out[i].name = hc_span_of(rest.ptr, headers->name_len[i]);
    hc_span_drop(&rest, headers->name_len[i]);
    out[i].value = hc_span_of(rest.ptr, headers->value_len[i]);
    hc_span_drop(&rest, headers->value_len[i]);
  }
}
