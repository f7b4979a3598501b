/* A JSON text under way, for the files that read it. */
#ifndef HC_PROTOCOL_JSON_READER_H
#define HC_PROTOCOL_JSON_READER_H

#include "protocol/json.h"

struct hc_json_reader {
  struct hc_json *json;
  const uint8_t *start;
  const uint8_t *at;
  const uint8_t *end;
  struct hc_fault *fault;
  size_t depth;
  /* Of each object and array that is open: its place, and its last value's. */
  size_t open[HC_JSON_DEPTH_MAX];
  size_t last[HC_JSON_DEPTH_MAX];
};

/* Takes the byte if it is the next one. */
static inline bool hc_json_take(struct hc_json_reader *r, char c)
{
  if (r->at == r->end || *r->at != (uint8_t)c)
    return false;
  r->at++;
  return true;
}

/* HYCO_EPROTOCOL, HYCO_ENOMEM, with their faults. */
int hc_json_bad(const struct hc_json_reader *r);
int hc_json_no_memory(const struct hc_json_reader *r);

/* Behind the quote that begins it. */
int hc_json_read_string(struct hc_json_reader *r, struct hc_span *out);

/* A number, true, false or null. */
int hc_json_read_plain(struct hc_json_reader *r, struct hc_json_value *value);

#endif
