/* Writes JSON text. */
#include "protocol/json_out.h"

#include "base/utf8.h"
#include "protocol/json.h"

#include <stdio.h>

void hc_json_begin(struct hc_json_out *json, struct hc_buffer *out, size_t max)
{
  *json = (struct hc_json_out){ .out = out, .start = hc_buffer_len(out) };
  json->max = max;
}

int hc_json_end(struct hc_json_out *json)
{
  if (hc_buffer_len(json->out) - json->start > json->max)
    hc_json_fail(json, HYCO_ETOOLONG);
  if (json->rc < 0)
    hc_buffer_cut(json->out, json->start);
  return json->rc;
}

void hc_json_fail(struct hc_json_out *json, int error)
{
  if (json->rc == 0)
    json->rc = error;
}

static void append(struct hc_json_out *json, struct hc_span bytes)
{
  if (json->rc == 0)
    json->rc = hc_buffer_append(json->out, bytes);
}

static void append_char(struct hc_json_out *json, char c)
{
  append(json, hc_span_of(&c, 1));
}

/* --- strings --- */

static void add_escape(struct hc_json_out *json, uint8_t c)
{
  static const char from[] = "\"\\\b\f\n\r\t";
  static const char to[] = "\"\\bfnrt";
  char text[8] = "\\";
  const char *found = memchr(from, c, sizeof(from) - 1);
  if (found != NULL)
    text[1] = to[found - from];
  else
    snprintf(text, sizeof(text), "\\u%04x", c);
  append(json, hc_span_str(text));
}

void hc_json_add_utf8(struct hc_json_out *json, struct hc_span piece)
{
  for (;;) {
    size_t n = hc_json_plain_len(piece);
    append(json, hc_span_of(piece.ptr, n));
    hc_span_drop(&piece, n);
    if (piece.len == 0)
      return;
    add_escape(json, piece.ptr[0]);
    hc_span_drop(&piece, 1);
  }
}

static void add_latin1(struct hc_json_out *json, struct hc_span text)
{
  for (size_t i = 0; i < text.len; i++) {
    uint8_t c = text.ptr[i];
    const uint8_t two[] = { (uint8_t)(0xc0 | c >> 6),
                            (uint8_t)(0x80 | (c & 0x3f)) };
    hc_json_add_utf8(json, c < 0x80 ? hc_span_of(&c, 1) : hc_span_of(two, 2));
  }
}

void hc_json_add_text(struct hc_json_out *json, struct hc_span piece)
{
  if (hc_utf8_valid(piece))
    hc_json_add_utf8(json, piece);
  else
    add_latin1(json, piece);
}

/* --- values --- */

/* A comma if something stands before, and these bytes. */
static void separate(struct hc_json_out *json, struct hc_span bytes)
{
  if (json->comma)
    append_char(json, ',');
  json->comma = true;
  append(json, bytes);
}

void hc_json_begin_name(struct hc_json_out *json)
{
  separate(json, hc_span_str("\""));
}

void hc_json_end_name(struct hc_json_out *json)
{
  append(json, hc_span_str("\":"));
  json->comma = false;
}

void hc_json_begin_text(struct hc_json_out *json)
{
  separate(json, hc_span_str("\""));
}

void hc_json_end_text(struct hc_json_out *json)
{
  append_char(json, '"');
}

static void put_name(struct hc_json_out *json, const char *name)
{
  if (name == NULL)
    return;
  hc_json_begin_name(json);
  append(json, hc_span_str(name));
  hc_json_end_name(json);
}

void hc_json_open(struct hc_json_out *json, const char *name, char bracket)
{
  put_name(json, name);
  separate(json, hc_span_of(&bracket, 1));
  json->comma = false;
}

void hc_json_close(struct hc_json_out *json, char bracket)
{
  append_char(json, bracket);
  json->comma = true;
}

void hc_json_put_text(struct hc_json_out *json, const char *name,
                      struct hc_span text)
{
  put_name(json, name);
  hc_json_begin_text(json);
  hc_json_add_text(json, text);
  hc_json_end_text(json);
}

void hc_json_put_raw(struct hc_json_out *json, struct hc_span text)
{
  separate(json, text);
}

void hc_json_put_integer(struct hc_json_out *json, const char *name, int value)
{
  char digits[16];
  char *end = digits + sizeof digits;
  char *at = end;
  unsigned left = value < 0 ? 0u - (unsigned)value : (unsigned)value;

  do {
    *--at = (char)('0' + left % 10);
    left /= 10;
  } while (left > 0);
  if (value < 0)
    *--at = '-';
  put_name(json, name);
  hc_json_put_raw(json, hc_span_of(at, (size_t)(end - at)));
}

void hc_json_put_flag(struct hc_json_out *json, const char *name, bool value)
{
  put_name(json, name);
  hc_json_put_raw(json, hc_span_str(value ? "true" : "false"));
}
