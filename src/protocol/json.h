/* JSON text (RFC 8259), strict and bounded: the reader takes what JSON.parse
 * takes, but for an object with the same member twice, U+0000 in a string, a
 * whole number beyond 64 bits, and text that is not UTF-8. */
#ifndef HC_PROTOCOL_JSON_H
#define HC_PROTOCOL_JSON_H

#include "base/fault.h"
#include "base/span.h"

enum {
  HC_JSON_DEPTH_MAX = 8, /* objects and arrays in each other */
  HC_JSON_FEW = 48       /* values for which no memory is needed */
};

enum hc_json_type {
  HC_JSON_NULL,
  HC_JSON_FALSE,
  HC_JSON_TRUE,
  HC_JSON_INTEGER,
  HC_JSON_REAL,
  HC_JSON_STRING,
  HC_JSON_ARRAY,
  HC_JSON_OBJECT
};

/* A value. The spans point into the text that was read, or into the reader's
 * memory; neither holds a NUL. */
struct hc_json_value {
  enum hc_json_type type;
  struct hc_span name; /* of a member; else empty */
  struct hc_span text; /* a string, without escapes; else as it stands */
  size_t n;            /* elements or members */
  size_t next;         /* place of the next one beside it; 0: none */
};

/* A text that was read: its values in their order, each before what is in it.
 */
struct hc_json {
  struct hc_json_value *values;
  size_t n;
  size_t cap;
  bool is_plain;      /* no escapes, and no blanks outside strings */
  uint8_t *unescaped; /* strings that had escapes */
  size_t unescaped_len;
  size_t unescaped_cap;
  struct hc_json_value few[HC_JSON_FEW];
};

/* Reads one text, which must stay until hc_json_deinit. 0, HYCO_EPROTOCOL,
 * HYCO_ENOMEM; fault says at which byte, and does not quote. After an error
 * there is nothing to deinit. */
int hc_json_read(struct hc_json *json, struct hc_span text,
                 struct hc_fault *fault);

/* What strings were copied is wiped: one may be a token. */
void hc_json_deinit(struct hc_json *json);

static inline const struct hc_json_value *
hc_json_root(const struct hc_json *json)
{
  return &json->values[0];
}

/* NULL: there is none, or no further one. */
const struct hc_json_value *hc_json_first(const struct hc_json_value *value);
const struct hc_json_value *hc_json_next(const struct hc_json *json,
                                         const struct hc_json_value *value);

/* NULL if there is none, or value is no object. */
const struct hc_json_value *hc_json_member(const struct hc_json *json,
                                           const struct hc_json_value *value,
                                           const char *name);

/* Of a whole number: true, with *number. */
bool hc_json_integer(const struct hc_json_value *value, int64_t *number);

/* How many bytes at the front of a string stand for themselves: none of them is
 * a quote, a backslash or below 0x20. */
size_t hc_json_plain_len(struct hc_span text);

#endif
