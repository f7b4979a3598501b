/* AllowedClients: which senders may in. */
#include "receiver/allowed_clients.h"
#include "protocol/quote.h"
#include <arpa/inet.h>

enum { ADDRESS_TEXT_MAX = 64, ADDRESS_LEN = 16, LABEL_MAX = 63 };

/* An address of either family, IPv4 as ::ffff:a.b.c.d, with how many of its
 * bits count. */
struct block {
  uint8_t bytes[ADDRESS_LEN];
  unsigned bits;
};

static bool read_address(struct hc_span text, struct block *out, bool *is_v4)
{
  static const uint8_t mapped[12] = { 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 255, 255 };
  char copy[ADDRESS_TEXT_MAX];

  if (text.len == 0 || text.len >= sizeof copy)
    return false;
  memcpy(copy, text.ptr, text.len);
  copy[text.len] = '\0';
  out->bits = 8 * ADDRESS_LEN;
  memcpy(out->bytes, mapped, sizeof mapped);
  *is_v4 = inet_pton(AF_INET, copy, out->bytes + sizeof mapped) == 1;
  return *is_v4 || inet_pton(AF_INET6, copy, out->bytes) == 1;
}

/* "10.0.0.0/8", "fd00::/8", or a single address. */
static bool read_block(struct hc_span text, struct block *out)
{
  struct hc_span bits = text;
  struct hc_span address = { 0 };
  unsigned n = 0;
  bool is_v4 = false;

  hc_span_split(&bits, '/', &address);
  if (!read_address(address, out, &is_v4))
    return false;
  if (bits.ptr == NULL)
    return true;
  if (bits.len == 0 || bits.len > 3)
    return false;
  for (size_t i = 0; i < bits.len; i++) {
    if (bits.ptr[i] < '0' || bits.ptr[i] > '9')
      return false;
    n = n * 10 + (unsigned)(bits.ptr[i] - '0');
  }
  out->bits = is_v4 ? n + 96 : n;
  return n <= (is_v4 ? 32 : 128);
}

static bool is_in_block(const struct block *block, const uint8_t *address)
{
  size_t whole = block->bits / 8;
  unsigned rest = block->bits % 8;

  if (memcmp(block->bytes, address, whole) != 0)
    return false;
  return rest == 0 ||
         ((block->bytes[whole] ^ address[whole]) >> (8 - rest)) == 0;
}

static bool is_label(struct hc_span label)
{
  if (hc_span_is(label, "*"))
    return true;
  for (size_t i = 0; i < label.len; i++) {
    uint8_t c = label.ptr[i];
    bool ok = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') ||
              (c >= 'A' && c <= 'Z') || c == '-' || c == '_';
    if (!ok)
      return false;
  }
  return label.len > 0 && label.len <= LABEL_MAX;
}

static bool is_pattern(struct hc_span text)
{
  struct hc_span label;

  while (hc_span_split(&text, '.', &label)) {
    if (!is_label(label))
      return false;
  }
  return true;
}

int hc_allowed_clients_check(struct hc_span list, struct hc_fault *fault)
{
  struct hc_span rest = list;
  struct hc_span entry;
  struct block block;

  while (list.len > 0 && hc_span_split(&rest, ',', &entry)) {
    entry = hc_span_trim(entry);
    if (entry.len == 0 || (!read_block(entry, &block) && !is_pattern(entry)))
      return hc_fault_set(fault, HYCO_EBADVALUE,
                          "AllowedClients: \"%.*s\" is no name, address or "
                          "CIDR block (* stands for a whole label)",
                          HC_QUOTE(entry));
  }
  return 0;
}

static bool labels_match(struct hc_span pattern, struct hc_span name)
{
  struct hc_span wanted;
  struct hc_span label = { 0 };

  while (hc_span_split(&pattern, '.', &wanted)) {
    if (!hc_span_split(&name, '.', &label) || label.len == 0)
      return false;
    if (!hc_span_is(wanted, "*") && !hc_span_equal_nocase(wanted, label))
      return false;
  }
  return !hc_span_split(&name, '.', &label);
}

static bool entry_matches(struct hc_span entry, struct hc_span client)
{
  struct block block;
  struct block address;
  bool is_v4;

  if (hc_span_is(entry, "*"))
    return true;
  if (read_block(entry, &block))
    return read_address(client, &address, &is_v4) &&
           is_in_block(&block, address.bytes);
  return labels_match(entry, client);
}

bool hc_allowed_clients_match(struct hc_span list, const char *address)
{
  struct hc_span client = hc_span_str(address);
  struct hc_span entry;

  while (hc_span_split(&list, ',', &entry)) {
    if (entry_matches(hc_span_trim(entry), client))
      return true;
  }
  return false;
}
