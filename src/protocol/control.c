/* Reads the JSON messages of the control channel. Fault texts never quote a
 * message: it may hold a token. */
#include "base/memory.h"
#include "protocol/control_member.h"
#include "protocol/quote.h"

static int parse(struct hc_span text, struct hc_json *json,
                 struct hc_fault *fault)
{
  if (text.len > HC_CONTROL_MAX)
    return hc_fault_set(fault, HYCO_ETOOLONG,
                        "a control message of %zu bytes, expected at most %d",
                        text.len, HC_CONTROL_MAX);
  return hc_json_read(json, text, fault);
}

/* The one header of this name, in any case; the first if there are several;
 * NULL if there is none. */
static char *copy_header(struct hc_control_object headers, const char *name)
{
  const struct hc_json_value *value = hc_json_first(headers.value);

  for (; value != NULL; value = hc_json_next(headers.json, value)) {
    if (hc_span_is_nocase(value->name, name))
      return hc_control_copy(headers.block, value->text);
  }
  return NULL;
}

static int check_headers(struct hc_control_object headers,
                         struct hc_fault *fault)
{
  if (headers.value->type != HC_JSON_OBJECT)
    return hc_control_refuse_object("connectHeaders", fault);
  const struct hc_json_value *value = hc_json_first(headers.value);
  for (; value != NULL; value = hc_json_next(headers.json, value)) {
    if (value->type != HC_JSON_STRING)
      return hc_fault_set(fault, HYCO_EPROTOCOL,
                          "'%.*s' in connectHeaders is not a string",
                          HC_QUOTE(value->name));
  }
  return 0;
}

static int read_headers(struct hc_control_object accept, struct hc_accept *out,
                        struct hc_fault *fault)
{
  struct hc_control_object headers = {
    accept.json, hc_control_member(accept, "connectHeaders"), accept.block
  };
  int rc = headers.value != NULL ? check_headers(headers, fault) : 0;

  if (rc == 0)
    rc = hc_control_dump(headers, &out->connect_headers, fault);
  if (rc < 0 || headers.value == NULL)
    return rc;
  out->sub_protocols = copy_header(headers, "Sec-WebSocket-Protocol");
  out->extensions = copy_header(headers, "Sec-WebSocket-Extensions");
  out->host = copy_header(headers, "Host");
  return 0;
}

static int read_accept(struct hc_control_object accept, struct hc_control *out,
                       struct hc_fault *fault)
{
  int rc =
      hc_control_read_string(accept, "address", &out->accept.address, fault);

  if (rc == 0 && out->accept.address == NULL)
    return hc_fault_set(fault, HYCO_EPROTOCOL,
                        "no 'address' in the accept message");
  if (rc == 0)
    rc = hc_control_read_string(accept, "id", &out->accept.id, fault);
  if (rc == 0)
    rc = read_headers(accept, &out->accept, fault);
  if (rc == 0)
    rc = hc_control_read_endpoint(accept, &out->accept.remote_address,
                                  &out->accept.remote_port, fault);
  return rc;
}

/* The token has memory of its own, which is wiped. */
static int read_renew_token(struct hc_control_object renew,
                            struct hc_control *out, struct hc_fault *fault)
{
  const struct hc_json_value *value = hc_control_member(renew, "token");

  if (value == NULL)
    return hc_fault_set(fault, HYCO_EPROTOCOL,
                        "no 'token' in the renewToken message");
  if (value->type != HC_JSON_STRING)
    return hc_fault_set(fault, HYCO_EPROTOCOL,
                        "'token' in the control message is not a string");
  out->token = hc_strndup((const char *)value->text.ptr, value->text.len);
  return out->token != NULL ? 0
                            : hc_fault_set(fault, HYCO_ENOMEM, "out of memory");
}

static const struct {
  const char *name;
  enum hc_control_kind kind;
  int (*read)(struct hc_control_object body, struct hc_control *out,
              struct hc_fault *fault);
} commands[] = {
  { "accept", HC_CONTROL_ACCEPT, read_accept },
  { "request", HC_CONTROL_REQUEST, hc_control_read_request },
  { "response", HC_CONTROL_RESPONSE, hc_control_read_response },
  { "renewToken", HC_CONTROL_RENEW_TOKEN, read_renew_token },
};

static void **memory_of(struct hc_control *control)
{
  switch (control->kind) {
  case HC_CONTROL_ACCEPT:
    return &control->accept.memory;
  case HC_CONTROL_REQUEST:
    return &control->request.memory;
  case HC_CONTROL_RESPONSE:
    return &control->response.memory;
  default:
    return NULL;
  }
}

/* An accept has none: it is kept as long as its connection. */
static size_t room_for_fields(const struct hc_json *json,
                              enum hc_control_kind kind)
{
  size_t n = json->n < HC_CONTROL_FIELDS_MAX ? json->n : HC_CONTROL_FIELDS_MAX;

  return kind == HC_CONTROL_ACCEPT ? 0 : n * sizeof(struct hc_control_field);
}

/* Room as control_member.h says: a string's quotes are the place of its NUL. */
static int make_block(const struct hc_json *json, struct hc_control *out,
                      struct hc_control_block *block)
{
  void **memory = memory_of(out);
  size_t size =
      room_for_fields(json, out->kind) + 2 * (hc_json_root(json)->text.len + 1);

  *block = (struct hc_control_block){ NULL, NULL };
  if (memory == NULL)
    return 0;
  *memory = hc_alloc(size);
  if (*memory == NULL)
    return HYCO_ENOMEM;
  block->at = *memory;
  block->end = block->at + size;
  return 0;
}

/* Spec hybrid-connections.md 1.6: exactly one command in a message. */
static int read_command(const struct hc_json *json, struct hc_control *out,
                        struct hc_fault *fault)
{
  const struct hc_json_value *body = NULL;
  struct hc_control_block block;
  size_t found = 0;

  for (size_t i = 0; i < sizeof(commands) / sizeof(commands[0]); i++) {
    const struct hc_json_value *value =
        hc_json_member(json, hc_json_root(json), commands[i].name);
    if (value == NULL)
      continue;
    if (body != NULL)
      return hc_fault_set(fault, HYCO_EPROTOCOL,
                          "two commands in one control message");
    body = value;
    found = i;
  }
  if (body == NULL)
    return 0;
  if (body->type != HC_JSON_OBJECT)
    return hc_control_refuse_object(commands[found].name, fault);
  out->kind = commands[found].kind;
  int rc = make_block(json, out, &block);
  if (rc < 0)
    return hc_fault_set(fault, rc, "out of memory");
  return commands[found].read((struct hc_control_object){ json, body, &block },
                              out, fault);
}

int hc_control_read(struct hc_span text, struct hc_control *out,
                    struct hc_fault *fault)
{
  struct hc_json json;

  memset(out, 0, sizeof(*out));
  int rc = parse(text, &json, fault);
  if (rc < 0)
    return rc;
  if (hc_json_root(&json)->type == HC_JSON_OBJECT)
    rc = read_command(&json, out, fault);
  else
    rc = hc_fault_set(fault, HYCO_EPROTOCOL,
                      "the control message is not one JSON object");
  hc_json_deinit(&json);
  if (rc < 0)
    hc_control_deinit(out);
  return rc;
}

bool hc_control_is_bad_response(struct hc_span text, char **request_id)
{
  struct hc_json json;
  struct hc_fault fault;

  *request_id = NULL;
  if (parse(text, &json, &fault) < 0)
    return false;
  const struct hc_json_value *response =
      hc_json_member(&json, hc_json_root(&json), "response");
  const struct hc_json_value *id =
      response != NULL ? hc_json_member(&json, response, "requestId") : NULL;
  if (id != NULL && id->type == HC_JSON_STRING)
    *request_id = hc_strndup((const char *)id->text.ptr, id->text.len);
  hc_json_deinit(&json);
  return response != NULL;
}

void hc_control_deinit(struct hc_control *control)
{
  hc_free(control->accept.memory);
  hc_free(control->request.memory);
  hc_free(control->response.memory);
  hc_secret_free(control->token);
  memset(control, 0, sizeof(*control));
}
