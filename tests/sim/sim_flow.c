/* Messages that follow from a number. */
#include "sim_flow.h"

static uint32_t mix(uint32_t a, uint32_t b)
{
  uint32_t x = a * 2654435761U ^ b * 2246822519U;
  x = (x ^ x >> 15) * 3266489917U;
  return x ^ x >> 13;
}

/* Most are short, some empty, some take many frames. */
static size_t length_of(uint32_t hash)
{
  uint32_t size = hash >> 8;
  switch (hash % 32) {
  case 0:
    return 0;
  case 1:
    return size % (SIM_FLOW_MESSAGE_MAX + 1);
  default:
    return 1 + size % 400;
  }
}

/* Good as text too. */
static uint8_t byte_at(uint32_t hash, size_t i)
{
  return (uint8_t)(' ' + ((hash + (uint32_t)i * 2654435761U) >> 20) % 95);
}

static enum hc_ws_opcode opcode_of(uint32_t k)
{
  return k % 2 == 0 ? HC_WS_TEXT : HC_WS_BINARY;
}

struct hc_span sim_flow_make(const struct sim_flow *f, uint8_t *dst,
                             enum hc_ws_opcode *opcode)
{
  uint32_t hash = mix(f->number, f->sent);
  size_t len = length_of(hash);

  for (size_t i = 0; i < len; i++)
    dst[i] = byte_at(hash, i);
  *opcode = opcode_of(f->sent);
  return hc_span_of(dst, len);
}

void sim_flow_sent(struct sim_flow *f)
{
  f->sent++;
}

bool sim_flow_take(struct sim_flow *f, hyco_format format, struct hc_span piece,
                   bool end_of_message)
{
  uint32_t hash = mix(f->number, f->got);
  size_t end = f->got_in_message + piece.len;

  if (f->got >= f->sent || end > length_of(hash) ||
      (int)format != (int)opcode_of(f->got) ||
      end_of_message != (end == length_of(hash)))
    return false;
  for (size_t i = 0; i < piece.len; i++) {
    if (piece.ptr[i] != byte_at(hash, f->got_in_message + i))
      return false;
  }
  f->got_in_message = end_of_message ? 0 : end;
  f->got += end_of_message;
  return true;
}

bool sim_flow_is_whole(const struct sim_flow *f)
{
  return f->got == f->sent && f->got_in_message == 0;
}
