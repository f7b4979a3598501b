/* JSON: any text is read or refused with a reason; what is read may be written
 * and read again to the same; any bytes make a string that is read. */
#include "protocol/json.h"
#include "protocol/json_out.h"

#include <stdlib.h>

enum { TEXT_MAX = 1 << 20 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool condition)
{
  if (!condition)
    abort();
}

static void put(struct hc_json_out *out, const struct hc_json *json,
                const struct hc_json_value *value)
{
  bool is_object = value->type == HC_JSON_OBJECT;
  const struct hc_json_value *inner = hc_json_first(value);

  if (value->type == HC_JSON_STRING) {
    hc_json_put_text(out, NULL, value->text);
    return;
  }
  if (!is_object && value->type != HC_JSON_ARRAY) {
    hc_json_put_raw(out, value->text);
    return;
  }
  hc_json_open(out, NULL, is_object ? '{' : '[');
  for (; inner != NULL; inner = hc_json_next(json, inner)) {
    if (is_object) {
      hc_json_begin_name(out);
      hc_json_add_utf8(out, inner->name);
      hc_json_end_name(out);
    }
    put(out, json, inner);
  }
  hc_json_close(out, is_object ? '}' : ']');
}

static void require_same(const struct hc_json *a, const struct hc_json *b)
{
  require(a->n == b->n);
  for (size_t i = 0; i < a->n; i++) {
    const struct hc_json_value *x = &a->values[i];
    const struct hc_json_value *y = &b->values[i];
    require(x->type == y->type && x->n == y->n && x->next == y->next);
    require(hc_span_equal(x->name, y->name));
    if (x->type != HC_JSON_ARRAY && x->type != HC_JSON_OBJECT)
      require(hc_span_equal(x->text, y->text));
  }
}

static void check_read(struct hc_span text)
{
  static struct hc_json json;
  static struct hc_json again;
  struct hc_json_out out;
  struct hc_fault fault = { 0 };
  struct hc_buffer written;

  int rc = hc_json_read(&json, text, &fault);
  if (rc < 0) {
    require(rc == HYCO_EPROTOCOL && fault.code == rc && fault.text[0] != '\0');
    return;
  }
  hc_buffer_init(&written, TEXT_MAX);
  hc_json_begin(&out, &written, text.len);
  put(&out, &json, hc_json_root(&json));
  require(hc_json_end(&out) == 0); /* no longer than it came */
  require(hc_json_read(&again, hc_buffer_span(&written), NULL) == 0);
  require_same(&json, &again);
  if (json.is_plain)
    require(hc_span_equal(hc_buffer_span(&written), text));
  hc_json_deinit(&again);
  hc_json_deinit(&json);
  hc_buffer_deinit(&written);
}

static void check_written(struct hc_span text)
{
  static struct hc_json json;
  struct hc_json_out out;
  struct hc_buffer written;

  hc_buffer_init(&written, TEXT_MAX);
  hc_json_begin(&out, &written, TEXT_MAX);
  hc_json_put_text(&out, NULL, text);
  if (hc_json_end(&out) == 0) {
    require(hc_json_read(&json, hc_buffer_span(&written), NULL) == 0);
    require(hc_json_root(&json)->type == HC_JSON_STRING);
    hc_json_deinit(&json);
  }
  hc_buffer_deinit(&written);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
  struct hc_span text = hc_span_of(data, size);

  if (size > TEXT_MAX)
    return 0;
  check_read(text);
  if (size > 0 && memchr(data, 0, size) == NULL)
    check_written(text);
  return 0;
}
