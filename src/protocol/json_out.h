/* Writes JSON text (RFC 8259). */
#ifndef HC_PROTOCOL_JSON_OUT_H
#define HC_PROTOCOL_JSON_OUT_H

#include "base/buffer.h"

/* Writes one text behind what a buffer holds. Errors wait until hc_json_end.
 * Members and elements are separated as they come. */
struct hc_json_out {
  struct hc_buffer *out;
  size_t start;
  size_t max;
  bool comma; /* something stands before the next one */
  int rc;
};

/* max: bytes of the text. */
void hc_json_begin(struct hc_json_out *json, struct hc_buffer *out, size_t max);

/* 0, HYCO_ETOOLONG (max, or the buffer's room), HYCO_ENOMEM; the buffer is then
 * as it was. */
int hc_json_end(struct hc_json_out *json);

/* Notes another error, unless there was one. */
void hc_json_fail(struct hc_json_out *json, int error);

/* name: NULL in an array and at the top; else it needs no escapes. */
void hc_json_open(struct hc_json_out *json, const char *name, char bracket);
void hc_json_close(struct hc_json_out *json, char bracket);

/* Bytes that are not UTF-8 are read as Latin-1, the old meaning of such bytes
 * in HTTP (RFC 9110 5.5). */
void hc_json_put_text(struct hc_json_out *json, const char *name,
                      struct hc_span text);
void hc_json_put_integer(struct hc_json_out *json, const char *name, int value);
void hc_json_put_flag(struct hc_json_out *json, const char *name, bool value);

/* As they stand: a value, e.g. a number that was read. */
void hc_json_put_raw(struct hc_json_out *json, struct hc_span text);

/* A string in pieces: a member's name or a value. */
void hc_json_begin_name(struct hc_json_out *json);
void hc_json_end_name(struct hc_json_out *json);
void hc_json_begin_text(struct hc_json_out *json);
void hc_json_add_text(struct hc_json_out *json, struct hc_span piece);
void hc_json_add_utf8(struct hc_json_out *json, struct hc_span piece); /* is */
void hc_json_end_text(struct hc_json_out *json);

#endif
