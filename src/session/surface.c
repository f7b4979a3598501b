/* Access to the property table of a role. */
#include "session/surface.h"
#include "protocol/connection_string.h"
#include "protocol/quote.h"
#include "session/negotiated.h"
#include "session/unsupported.h"
#include <inttypes.h>
#include <stdlib.h>

enum {
  CONFIG_NAME_MAX = 64,
  CONFIG_VALUE_MAX = 1 << 20 /* the longest STRING row, as text */
};

void hc_surface_init(struct hc_surface *s, const struct hc_surface_ops *ops,
                     void *owner, hyco_property_scope role)
{
  memset(s, 0, sizeof *s);
  s->ops = ops;
  s->owner = owner;
  s->role = role;
  hc_properties_init(&s->props);
  hc_buffer_init(&s->text, CONFIG_VALUE_MAX + 1);
  hc_buffer_init(&s->token, CONFIG_VALUE_MAX);
  hc_buffer_init(&s->server_cert, CONFIG_VALUE_MAX);
}

void hc_surface_deinit(struct hc_surface *s)
{
  hc_properties_deinit(&s->props);
  hc_buffer_deinit_secret(&s->text); /* it may be a token */
  hc_buffer_deinit_secret(&s->token);
  hc_buffer_deinit(&s->server_cert);
}

/* Is there such a row for this role and this connection id? */
static int find_row(struct hc_surface *s, int connection_id, hyco_property p,
                    const hyco_property_row **out)
{
  const hyco_property_row *row = hyco_property_get_row(p);
  bool of_connection = row != NULL && row->scope == HYCO_SCOPE_CONNECTION;

  *out = row;
  if (row == NULL)
    return hc_fault_set(&s->fault, HYCO_EUNKNOWNNAME, "there is no property %d",
                        (int)p);
  if (!of_connection && row->scope != HYCO_SCOPE_BOTH && row->scope != s->role)
    return hc_fault_set(&s->fault, HYCO_EUNKNOWNNAME,
                        "there is no property %s here", row->name);
  if (connection_id != 0 && !of_connection && !hc_negotiated_has(p))
    return hc_fault_set(&s->fault, HYCO_EUNKNOWNNAME,
                        "%s does not belong to a connection", row->name);
  if (connection_id == 0 && of_connection && s->role == HYCO_SCOPE_RECEIVER)
    return hc_fault_set(&s->fault, HYCO_EBADID,
                        "%s belongs to a connection: name its id", row->name);
  if (connection_id != 0 && s->role == HYCO_SCOPE_SENDER)
    return hc_fault_set(&s->fault, HYCO_EBADID,
                        "a sender has one connection, which takes no id");
  return 0;
}

static int find_writable_row(struct hc_surface *s, int connection_id,
                             hyco_property p, const hyco_property_row **out)
{
  int rc = find_row(s, connection_id, p, out);
  if (rc < 0)
    return rc;
  if ((*out)->access == HYCO_ACCESS_R)
    return hc_fault_set(&s->fault, HYCO_EREADONLY, "%s is read-only",
                        (*out)->name);
  if ((*out)->when == HYCO_WHEN_IDLE && !s->ops->is_idle(s->owner))
    return hc_fault_set(&s->fault, HYCO_ELISTENING,
                        "%s cannot change while listening or connected",
                        (*out)->name);
  return 0;
}

int hc_surface_set_text(struct hc_surface *s, int connection_id,
                        hyco_property p, const char *value)
{
  const hyco_property_row *row;
  struct hc_value given = { .text = value != NULL ? value : "" };

  int rc = find_writable_row(s, connection_id, p, &row);
  if (rc < 0)
    return rc;
  if (row->type != HYCO_TYPE_STRING)
    return hc_fault_set(&s->fault, HYCO_EBADVALUE, "%s is not a text",
                        row->name);
  rc = hc_property_check_text(p, hc_span_str(given.text), &s->fault);
  if (rc == 0)
    rc = hc_unsupported_check(p, &given, &s->fault);
  if (rc < 0)
    return rc;
  rc = s->ops->set(s->owner, connection_id, p, &given, &s->fault);
  if (rc != HC_SURFACE_STORED)
    return rc;
  return hc_properties_set_text(&s->props, p, hc_span_str(given.text),
                                &s->fault);
}

/* A password is not for another scheme than the one it was given for. */
static int forget_user(struct hc_surface *s, hyco_property p, int64_t value)
{
  if (p != HYCO_PROXY_AUTH_SCHEME ||
      value == hc_properties_number(&s->props, p))
    return 0;
  int rc = hc_properties_set_text(&s->props, HYCO_PROXY_USER, hc_span_str(""),
                                  &s->fault);
  return rc == 0 ? hc_properties_set_text(&s->props, HYCO_PROXY_PASSWORD,
                                          hc_span_str(""), &s->fault)
                 : rc;
}

int hc_surface_set_number(struct hc_surface *s, int connection_id,
                          hyco_property p, int64_t value)
{
  const hyco_property_row *row;
  struct hc_value given = { .number = value };

  int rc = find_writable_row(s, connection_id, p, &row);
  if (rc == 0)
    rc = hc_property_check_number(p, value, &s->fault);
  if (rc == 0)
    rc = hc_unsupported_check(p, &given, &s->fault);
  if (rc < 0)
    return rc;
  rc = s->ops->set(s->owner, connection_id, p, &given, &s->fault);
  if (rc != HC_SURFACE_STORED)
    return rc;
  rc = forget_user(s, p, value);
  return rc == 0 ? hc_properties_set_number(&s->props, p, value, &s->fault)
                 : rc;
}

int hc_surface_set_bytes(struct hc_surface *s, int connection_id,
                         hyco_property p, struct hc_span value)
{
  const hyco_property_row *row;
  struct hc_value given = { .bytes = value };

  int rc = find_writable_row(s, connection_id, p, &row);
  if (rc < 0)
    return rc;
  if (row->type != HYCO_TYPE_BYTES)
    return hc_fault_set(&s->fault, HYCO_EBADVALUE, "%s is not bytes",
                        row->name);
  if (value.ptr == NULL && value.len > 0)
    return hc_fault_set(&s->fault, HYCO_EINVALID, "value is NULL");
  if (value.len > (uint64_t)row->max)
    return hc_fault_set(&s->fault, HYCO_EBADVALUE,
                        "%s: %zu bytes, at most %lld are allowed", row->name,
                        value.len, (long long)row->max);
  rc = hc_unsupported_check(p, &given, &s->fault);
  if (rc < 0)
    return rc;
  rc = s->ops->set(s->owner, connection_id, p, &given, &s->fault);
  return rc == HC_SURFACE_STORED ? 0 : rc; /* only its default was taken */
}

/* The value of a row, whatever its type. */
static int get_value(struct hc_surface *s, int connection_id, hyco_property p,
                     const hyco_property_row **row, struct hc_value *value)
{
  int rc = find_row(s, connection_id, p, row);
  if (rc < 0)
    return rc;
  memset(value, 0, sizeof *value);
  if ((*row)->access == HYCO_ACCESS_W || p == HYCO_ACCESS_KEY) {
    value->text = ""; /* a secret goes in and does not come out */
    return 0;
  }
  rc = s->ops->get(s->owner, connection_id, p, value, &s->fault);
  if (rc != HC_SURFACE_STORED)
    return rc;
  if (p == HYCO_SSL_SERVER_CERT_ENCODED)
    value->text = hc_buffer_str(&s->server_cert);
  else if ((*row)->type == HYCO_TYPE_BYTES)
    value->text = "";
  else if ((*row)->type == HYCO_TYPE_STRING)
    value->text = hc_properties_text(&s->props, p);
  else
    value->number = hc_properties_number(&s->props, p);
  return 0;
}

int hc_surface_get_text(struct hc_surface *s, int connection_id,
                        hyco_property p, const char **value)
{
  const hyco_property_row *row;
  struct hc_value got;

  if (value == NULL)
    return hc_fault_set(&s->fault, HYCO_EINVALID, "value is NULL");
  int rc = get_value(s, connection_id, p, &row, &got);
  if (rc < 0)
    return rc;
  if (hc_property_is_number(p) || row->access == HYCO_ACCESS_W)
    return hc_fault_set(&s->fault, HYCO_EBADVALUE, "%s is not a text",
                        row->name);
  *value = got.text != NULL ? got.text : ""; /* NULL: no memory for it */
  return 0;
}

int hc_surface_get_number(struct hc_surface *s, int connection_id,
                          hyco_property p, int64_t *value)
{
  const hyco_property_row *row;
  struct hc_value got;

  if (value == NULL)
    return hc_fault_set(&s->fault, HYCO_EINVALID, "value is NULL");
  int rc = get_value(s, connection_id, p, &row, &got);
  if (rc < 0)
    return rc;
  if (!hc_property_is_number(p))
    return hc_fault_set(&s->fault, HYCO_EBADVALUE, "%s is not a number",
                        row->name);
  *value = got.number;
  return 0;
}

int hc_surface_get_flag(struct hc_surface *s, int connection_id,
                        hyco_property p, bool *value)
{
  int64_t number = 0;

  if (value == NULL)
    return hc_fault_set(&s->fault, HYCO_EINVALID, "value is NULL");
  int rc = hc_surface_get_number(s, connection_id, p, &number);
  if (rc == 0)
    *value = number != 0;
  return rc;
}

/* "7]", as it stands behind "Name[". False: that is no id. */
static bool read_index(struct hc_span text, int *connection_id)
{
  char digits[16] = "";
  char *end = NULL;

  if (text.len < 2 || text.len >= sizeof digits || text.ptr[0] < '0' ||
      text.ptr[0] > '9') /* strtol would take blanks and signs */
    return false;
  memcpy(digits, text.ptr, text.len);
  long id = strtol(digits, &end, 10);
  *connection_id = (int)id;
  return strcmp(end, "]") == 0 && id >= 1 && id <= INT32_MAX;
}

/* "Name", "Name[7]": sets p and connection_id. */
static int read_name(struct hc_surface *s, struct hc_span text,
                     hyco_property *p, int *connection_id)
{
  char name[CONFIG_NAME_MAX];
  struct hc_span index = hc_span_trim(text);
  struct hc_span stem = { 0 };

  *connection_id = 0;
  hc_span_split(&index, '[', &stem);
  if (index.ptr != NULL && !read_index(index, connection_id))
    return hc_fault_set(&s->fault, HYCO_EBADID,
                        "\"%.*s\": expected a connection id in brackets",
                        HC_QUOTE(text));
  if (stem.len >= sizeof name)
    stem.len = 0;
  memcpy(name, stem.ptr, stem.len);
  name[stem.len] = '\0';
  *p = hyco_property_find(name);
  if (*p == HYCO_PROPERTY_COUNT)
    return hc_fault_set(&s->fault, HYCO_EUNKNOWNNAME,
                        "there is no property or setting \"%.*s\"",
                        HC_QUOTE(text));
  return 0;
}

static int config_get(struct hc_surface *s, int connection_id, hyco_property p,
                      const char **out)
{
  const hyco_property_row *row;
  struct hc_value got;

  int rc = get_value(s, connection_id, p, &row, &got);
  if (rc < 0)
    return rc;
  hc_buffer_clear(&s->text);
  if (!hc_property_is_number(p))
    rc = hc_buffer_append_str(&s->text, got.text != NULL ? got.text : "");
  else if (row->type == HYCO_TYPE_BOOL)
    rc = hc_buffer_append_str(&s->text, got.number != 0 ? "true" : "false");
  else
    rc = hc_buffer_printf(&s->text, "%" PRId64, got.number);
  *out = hc_buffer_str(&s->text);
  if (rc < 0 || *out == NULL)
    return hc_fault_set(&s->fault, HYCO_ENOMEM, "out of memory");
  return 0;
}

static int config_set(struct hc_surface *s, int connection_id, hyco_property p,
                      const char *value)
{
  int64_t number;

  if (hyco_property_get_row(p)->type == HYCO_TYPE_STRING)
    return hc_surface_set_text(s, connection_id, p, value);
  if (hyco_property_get_row(p)->type == HYCO_TYPE_BYTES)
    return hc_surface_set_bytes(s, connection_id, p, hc_span_str(value));
  int rc = hc_property_read_number(p, hc_span_trim(hc_span_str(value)), &number,
                                   &s->fault);
  if (rc < 0)
    return rc;
  return hc_surface_set_number(s, connection_id, p, number);
}

int hc_surface_config(struct hc_surface *s, const char *text,
                      const char **value)
{
  hyco_property p = HYCO_PROPERTY_COUNT;
  int connection_id = 0;
  struct hc_span rest;
  struct hc_span name;
  const char *got = "";

  if (text == NULL)
    return hc_fault_set(&s->fault, HYCO_EINVALID, "text is NULL");
  rest = hc_span_str(text);
  hc_span_split(&rest, '=', &name);
  int rc = read_name(s, name, &p, &connection_id);
  if (rc < 0)
    return rc;
  if (rest.ptr != NULL)
    rc = config_set(s, connection_id, p, (const char *)rest.ptr);
  else
    rc = config_get(s, connection_id, p, &got);
  if (rc == 0 && value != NULL)
    *value = got;
  return rc;
}

/* "host:port" as namespace_address; IPv6 hosts get their brackets back. */
static int write_namespace(struct hc_buffer *out,
                           const struct hc_connection_string *cs)
{
  bool is_ipv6 = memchr(cs->host.ptr, ':', cs->host.len) != NULL;

  hc_buffer_clear(out);
  int rc = hc_buffer_printf(out, is_ipv6 ? "[%.*s]" : "%.*s", (int)cs->host.len,
                            (const char *)cs->host.ptr);
  if (rc == 0 && cs->port != 0)
    rc = hc_buffer_printf(out, ":%u", (unsigned)cs->port);
  return rc;
}

static void swap_texts(struct hc_properties *a, struct hc_properties *b,
                       hyco_property p)
{
  char *text = a->texts[p];
  a->texts[p] = b->texts[p];
  b->texts[p] = text;
}

/* All or nothing: everything is checked and copied before anything is set. */
static int store_connection_string(struct hc_surface *s,
                                   const struct hc_connection_string *cs)
{
  const struct {
    hyco_property p;
    struct hc_span value;
    bool is_optional;
  } items[] = {
    { HYCO_NAMESPACE_ADDRESS, hc_buffer_span(&s->text), false },
    { HYCO_HYBRID_CONNECTION, cs->entity_path, true },
    { HYCO_ACCESS_KEY_NAME, cs->key_name, false },
    { HYCO_ACCESS_KEY, cs->key, false },
    { HYCO_SHARED_ACCESS_SIGNATURE, cs->signature, false },
  };
  enum { N_ITEMS = sizeof items / sizeof *items };
  struct hc_properties fresh;
  int rc = 0;

  hc_properties_init(&fresh);
  for (size_t i = 0; i < N_ITEMS && rc == 0; i++)
    rc = hc_properties_set_text(&fresh, items[i].p, items[i].value, &s->fault);
  if (rc == 0)
    rc = hc_properties_set_number(&s->props, HYCO_USE_DEVELOPMENT_EMULATOR,
                                  cs->emulator, &s->fault);
  for (size_t i = 0; i < N_ITEMS && rc == 0; i++) {
    if (items[i].value.len > 0 || !items[i].is_optional)
      swap_texts(&s->props, &fresh, items[i].p);
  }
  hc_properties_deinit(&fresh);
  return rc;
}

int hc_surface_set_connection_string(struct hc_surface *s, const char *text)
{
  struct hc_connection_string cs;
  struct hc_fault *fault = &s->fault;

  if (text == NULL)
    return hc_fault_set(fault, HYCO_EINVALID, "text is NULL");
  if (!s->ops->is_idle(s->owner))
    return hc_fault_set(fault, HYCO_ELISTENING,
                        "the connection string cannot change while listening "
                        "or connected");
  int rc = hc_connection_string_parse(hc_span_str(text), &cs, fault);
  if (rc < 0)
    return rc;
  if (cs.managed_identity)
    return hc_fault_set(fault, HYCO_EBADVALUE,
                        "Authentication=ManagedIdentity: set a token provider "
                        "and leave it out");
  rc = write_namespace(&s->text, &cs);
  if (rc < 0)
    return hc_fault_set(fault, rc, "%s", hyco_strerror(rc));
  return store_connection_string(s, &cs);
}
