/* Messages on their way to the application. */
#include "session/inbox.h"

void hc_inbox_deinit(struct hc_inbox *inbox)
{
  hc_buffer_deinit(&inbox->bytes);
  inbox->amid = false;
}

/* How a message is handed over is settled when it begins. */
static void begin(struct hc_inbox *inbox, const struct hc_properties *props)
{
  size_t max = (size_t)hc_properties_number(props, HYCO_MAX_MESSAGE_SIZE);

  inbox->collects = hc_properties_flag(props, HYCO_BUFFER_MESSAGE);
  inbox->refused = false;
  hc_buffer_deinit(&inbox->bytes);
  hc_buffer_init(&inbox->bytes, max);
}

static int collect(struct hc_inbox *inbox, struct hc_span *data, bool end,
                   struct hc_buffer *whole)
{
  size_t len = hc_buffer_len(&inbox->bytes);

  if (inbox->refused)
    return 0;
  if (end && len == 0 && data->len <= inbox->bytes.max)
    return 1; /* it came in one piece */
  int rc = hc_buffer_append(&inbox->bytes, *data);
  if (rc < 0) {
    inbox->refused = true;
    hc_buffer_deinit(&inbox->bytes);
    return rc;
  }
  if (!end)
    return 0;
  *whole = inbox->bytes; /* the handler may free the owner of the inbox */
  hc_buffer_init(&inbox->bytes, 0);
  *data = hc_buffer_span(whole);
  return 1;
}

int hc_inbox_add(struct hc_inbox *inbox, const struct hc_properties *props,
                 enum hc_ws_opcode opcode, struct hc_span *data,
                 bool end_of_message, struct hc_buffer *whole)
{
  hc_buffer_init(whole, 0);
  if (opcode == HC_WS_PONG)
    return 1;
  if (!inbox->amid)
    begin(inbox, props);
  inbox->amid = !end_of_message;
  return inbox->collects ? collect(inbox, data, end_of_message, whole) : 1;
}

void hc_inbox_refuse(struct hc_connection *c, int error, struct hc_fault *fault)
{
  bool too_long = error == HYCO_ETOOLONG;

  hc_fault_set(fault, error, "%s",
               too_long ? "a message above MaxMessageSize came"
                        : "no memory for a message");
  hc_connection_disconnect(
      c, too_long ? HC_CLOSE_TOO_BIG : HC_CLOSE_INTERNAL,
      hc_span_str(too_long ? "the message is too big" : "out of memory"));
}
