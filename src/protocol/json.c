/* Reads JSON text: its values, and what is in what. */
#include "protocol/json.h"

#include "base/crypto.h"
#include "base/memory.h"
#include "base/utf8.h"
#include "protocol/json_reader.h"

#include <stdlib.h>

static bool is_blank(uint8_t c)
{
  return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

static inline void skip_blanks(struct hc_json_reader *r)
{
  while (r->at < r->end && is_blank(*r->at)) {
    r->json->is_plain = false;
    r->at++;
  }
}

static bool grow(struct hc_json *json)
{
  size_t cap = json->cap * 4;
  struct hc_json_value *values = hc_alloc(cap * sizeof *values);
  if (values == NULL)
    return false;
  memcpy(values, json->values, json->n * sizeof *values);
  if (json->values != json->few)
    hc_free(json->values);
  json->values = values;
  json->cap = cap;
  return true;
}

/* A value more, in what is open; NULL: no memory. */
static struct hc_json_value *add(struct hc_json_reader *r, struct hc_span name)
{
  struct hc_json *json = r->json;
  if (json->n == json->cap && !grow(json))
    return NULL;
  size_t place = json->n++;
  if (r->depth > 0) {
    size_t *last = &r->last[r->depth - 1];
    json->values[r->open[r->depth - 1]].n++;
    if (*last != 0)
      json->values[*last].next = place;
    *last = place;
  }
  json->values[place] = (struct hc_json_value){ .name = name };
  return &json->values[place];
}

/* "name":, with what may stand around it. */
static int read_name(struct hc_json_reader *r, struct hc_span *name)
{
  skip_blanks(r);
  if (!hc_json_take(r, '"'))
    return hc_json_bad(r);
  int rc = hc_json_read_string(r, name);
  if (rc < 0)
    return rc;
  skip_blanks(r);
  return hc_json_take(r, ':') ? 0 : hc_json_bad(r);
}

static bool is_in_object(const struct hc_json_reader *r)
{
  return r->depth > 0 &&
         r->json->values[r->open[r->depth - 1]].type == HC_JSON_OBJECT;
}

static int by_name(const void *a, const void *b)
{
  const struct hc_span *x = a;
  const struct hc_span *y = b;
  if (x->len != y->len)
    return x->len < y->len ? -1 : 1;
  return x->len > 0 ? memcmp(x->ptr, y->ptr, x->len) : 0;
}

/* Sorted: a peer chooses how many there are. */
static int check_many(const struct hc_json_reader *r,
                      const struct hc_json_value *object, bool *is_twice)
{
  struct hc_span *names = hc_alloc(object->n * sizeof *names);
  const struct hc_json_value *value = hc_json_first(object);
  if (names == NULL)
    return hc_json_no_memory(r);
  for (size_t i = 0; i < object->n; i++) {
    names[i] = value->name;
    value = hc_json_next(r->json, value);
  }
  qsort(names, object->n, sizeof *names, by_name);
  for (size_t i = 1; i < object->n; i++)
    *is_twice |= by_name(&names[i - 1], &names[i]) == 0;
  hc_free(names);
  return 0;
}

static bool is_twice_among_few(const struct hc_json *json,
                               const struct hc_json_value *object)
{
  const struct hc_json_value *a = hc_json_first(object);
  for (; a != NULL; a = hc_json_next(json, a)) {
    const struct hc_json_value *b = hc_json_next(json, a);
    for (; b != NULL; b = hc_json_next(json, b))
      if (by_name(&a->name, &b->name) == 0)
        return true;
  }
  return false;
}

static int check_names(const struct hc_json_reader *r,
                       const struct hc_json_value *object)
{
  bool is_twice = false;
  int rc = 0;
  if (object->n <= HC_JSON_FEW)
    is_twice = is_twice_among_few(r->json, object);
  else
    rc = check_many(r, object, &is_twice);
  if (rc == 0 && is_twice)
    rc = hc_fault_set(r->fault, HYCO_EPROTOCOL,
                      "a member stands twice in the control message");
  return rc;
}

static int open_one(struct hc_json_reader *r, struct hc_json_value *value,
                    enum hc_json_type type)
{
  if (r->depth == HC_JSON_DEPTH_MAX)
    return hc_fault_set(r->fault, HYCO_EPROTOCOL,
                        "the control message is nested deeper than %d",
                        HC_JSON_DEPTH_MAX);
  value->type = type;
  value->text.ptr = r->at++;
  r->open[r->depth] = (size_t)(value - r->json->values);
  r->last[r->depth++] = 0;
  return 0;
}

/* 1: what was open is closed; 0: it is not. */
static int close_one(struct hc_json_reader *r)
{
  struct hc_json_value *value = &r->json->values[r->open[r->depth - 1]];
  bool is_object = value->type == HC_JSON_OBJECT;
  if (!hc_json_take(r, is_object ? '}' : ']'))
    return 0;
  value->text.len = (size_t)(r->at - value->text.ptr);
  r->depth--;
  int rc = is_object ? check_names(r, value) : 0;
  return rc < 0 ? rc : 1;
}

/* The beginning of a value: all of it, or the bracket that opens it. */
static int read_value(struct hc_json_reader *r)
{
  struct hc_span name = hc_span_of(NULL, 0);
  int rc = is_in_object(r) ? read_name(r, &name) : 0;
  if (rc < 0)
    return rc;
  struct hc_json_value *value = add(r, name);
  if (value == NULL)
    return hc_json_no_memory(r);
  skip_blanks(r);
  if (r->at == r->end)
    return hc_json_bad(r);
  switch (*r->at) {
  case '{':
    return open_one(r, value, HC_JSON_OBJECT);
  case '[':
    return open_one(r, value, HC_JSON_ARRAY);
  case '"':
    r->at++;
    value->type = HC_JSON_STRING;
    return hc_json_read_string(r, &value->text);
  default:
    return hc_json_read_plain(r, value);
  }
}

/* Behind a value or an opening bracket. 1: another value follows; 0: the text
 * has ended. */
static int go_on(struct hc_json_reader *r, bool is_new)
{
  while (r->depth > 0) {
    skip_blanks(r);
    int rc = close_one(r);
    if (rc < 0)
      return rc;
    if (rc == 0)
      return is_new || hc_json_take(r, ',') ? 1 : hc_json_bad(r);
    is_new = false;
  }
  skip_blanks(r);
  return r->at == r->end ? 0 : hc_json_bad(r);
}

static int read_all(struct hc_json_reader *r)
{
  int rc;
  do {
    size_t depth = r->depth;
    rc = read_value(r);
    if (rc == 0)
      rc = go_on(r, r->depth > depth);
  } while (rc > 0);
  return rc;
}

int hc_json_read(struct hc_json *json, struct hc_span text,
                 struct hc_fault *fault)
{
  struct hc_json_reader r = { .json = json, .start = text.ptr, .at = text.ptr };
  r.fault = fault;
  r.end = text.len > 0 ? text.ptr + text.len : text.ptr;
  json->values = json->few;
  json->n = 0;
  json->cap = HC_JSON_FEW;
  json->is_plain = true;
  json->unescaped = NULL;
  json->unescaped_len = json->unescaped_cap = 0;

  int rc = hc_utf8_valid(text) ? read_all(&r)
                               : hc_fault_set(fault, HYCO_EPROTOCOL,
                                              "the control message is not "
                                              "UTF-8");
  if (rc < 0)
    hc_json_deinit(json);
  return rc;
}

void hc_json_deinit(struct hc_json *json)
{
  if (json->values != json->few)
    hc_free(json->values);
  if (json->unescaped != NULL)
    hc_wipe(json->unescaped, json->unescaped_cap);
  hc_free(json->unescaped);
}

const struct hc_json_value *hc_json_first(const struct hc_json_value *value)
{
  return value->n > 0 ? value + 1 : NULL;
}

const struct hc_json_value *hc_json_next(const struct hc_json *json,
                                         const struct hc_json_value *value)
{
  return value->next != 0 ? &json->values[value->next] : NULL;
}

const struct hc_json_value *hc_json_member(const struct hc_json *json,
                                           const struct hc_json_value *value,
                                           const char *name)
{
  if (value->type != HC_JSON_OBJECT)
    return NULL;
  size_t len = strlen(name);
  const struct hc_json_value *member = hc_json_first(value);
  while (member != NULL &&
         (member->name.len != len || memcmp(member->name.ptr, name, len) != 0))
    member = hc_json_next(json, member);
  return member;
}
