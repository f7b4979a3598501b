/* Which listeners a sender wants. */
#include "relay/choice.h"

enum verdict { NO_LIST, LISTED, NOT_LISTED };

static bool list_has(struct hc_span list, struct hc_span id, bool *is_empty)
{
  struct hc_span piece;

  while (hc_span_split(&list, ',', &piece)) {
    piece = hc_span_trim(piece);
    if (piece.len == 0)
      continue;
    *is_empty = false;
    if (hc_span_equal_nocase(piece, id))
      return true;
  }
  return false;
}

static enum verdict look_up(const struct hc_http_head *head, const char *name,
                            struct hc_span id)
{
  bool is_empty = true;

  for (size_t i = 0; i < head->n_fields; i++) {
    const struct hc_http_field *field = &head->fields[i];
    if (hc_span_is_nocase(field->name, name) &&
        list_has(field->value, id, &is_empty))
      return LISTED;
  }
  return is_empty ? NO_LIST : NOT_LISTED;
}

bool hc_relay_is_chosen(const struct hc_http_head *head, struct hc_span id)
{
  return look_up(head, "Microsoft-Relay-AllowedListeners", id) != NOT_LISTED &&
         look_up(head, "Microsoft-Relay-DisallowedListeners", id) != LISTED;
}
