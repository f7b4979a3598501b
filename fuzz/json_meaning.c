/* Says what our reader makes of JSON texts, for json_node_test.js. Input:
 * records of a length (4 bytes, little endian) and the bytes. Output: a line
 * for each, the value in a form that knows neither blanks, escapes nor the
 * order of members; or "- " and why it is refused. */
#include "base/memory.h"
#include "protocol/json.h"

#include <stdio.h>
#include <stdlib.h>

enum { LEN_MAX = 65535 };

static void print_hex(struct hc_span bytes)
{
  for (size_t i = 0; i < bytes.len; i++)
    printf("%02x", bytes.ptr[i]);
}

/* The bits of the double, as JavaScript has no other number. */
static void print_number(struct hc_span text)
{
  char digits[LEN_MAX + 1];
  double number;
  uint64_t bits;

  memcpy(digits, text.ptr, text.len);
  digits[text.len] = '\0';
  number = strtod(digits, NULL);
  memcpy(&bits, &number, sizeof bits);
  printf("#%016llx", (unsigned long long)bits);
}

static int by_name(const void *a, const void *b)
{
  const struct hc_json_value *const *x = a;
  const struct hc_json_value *const *y = b;
  size_t n = (*x)->name.len < (*y)->name.len ? (*x)->name.len : (*y)->name.len;
  int order = n > 0 ? memcmp((*x)->name.ptr, (*y)->name.ptr, n) : 0;
  if (order != 0)
    return order;
  return (*x)->name.len < (*y)->name.len ? -1 : 1;
}

static void print_value(const struct hc_json *json,
                        const struct hc_json_value *value);

static void print_inner(const struct hc_json *json,
                        const struct hc_json_value *value)
{
  const struct hc_json_value **list = hc_alloc((value->n + 1) * sizeof *list);
  const struct hc_json_value *inner = hc_json_first(value);

  if (list == NULL)
    abort();
  for (size_t i = 0; i < value->n; i++) {
    list[i] = inner;
    inner = hc_json_next(json, inner);
  }
  if (inner != NULL)
    abort();
  if (value->type == HC_JSON_OBJECT)
    qsort(list, value->n, sizeof *list, by_name);
  for (size_t i = 0; i < value->n; i++) {
    if (value->type == HC_JSON_OBJECT) {
      print_hex(list[i]->name);
      (void)putchar(':');
    }
    print_value(json, list[i]);
    (void)putchar(',');
  }
  hc_free(list);
}

static void print_value(const struct hc_json *json,
                        const struct hc_json_value *value)
{
  switch (value->type) {
  case HC_JSON_INTEGER:
  case HC_JSON_REAL:
    print_number(value->text);
    break;
  case HC_JSON_STRING:
    (void)putchar('"');
    print_hex(value->text);
    break;
  case HC_JSON_ARRAY:
    (void)putchar('[');
    print_inner(json, value);
    (void)putchar(']');
    break;
  case HC_JSON_OBJECT:
    (void)putchar('{');
    print_inner(json, value);
    (void)putchar('}');
    break;
  default: /* null, true, false */
    (void)fwrite(value->text.ptr, 1, value->text.len, stdout);
  }
}

static void explain(struct hc_span bytes)
{
  struct hc_json json;
  struct hc_fault fault;

  if (hc_json_read(&json, bytes, &fault) < 0) {
    printf("- %s\n", fault.text);
    return;
  }
  print_value(&json, hc_json_root(&json));
  (void)putchar('\n');
  hc_json_deinit(&json);
}

int main(void)
{
  uint8_t start[4];

  while (fread(start, sizeof start, 1, stdin) == 1) {
    size_t len = (size_t)start[0] | (size_t)start[1] << 8 |
                 (size_t)start[2] << 16 | (size_t)start[3] << 24;
    uint8_t *bytes = hc_alloc(len + 1);
    if (bytes == NULL || len > LEN_MAX || fread(bytes, 1, len, stdin) != len) {
      hc_free(bytes);
      return EXIT_FAILURE;
    }
    explain(hc_span_of(bytes, len));
    hc_free(bytes);
  }
  return EXIT_SUCCESS;
}
