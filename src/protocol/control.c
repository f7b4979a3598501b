/* Reads the JSON messages of the control channel. Fault texts never quote a
 * message: it may hold a token. */
#include "base/memory.h"
#include "protocol/control_member.h"

enum { FIELD_MIN = 2 /* bytes of a message that each of its headers takes */ };

/* Behind the string that begins at text[i]; text.len if it does not end. */
static size_t skip_string(struct hc_span text, size_t i)
{
  for (;;) {
    const uint8_t *quote = memchr(text.ptr + i + 1, '"', text.len - i - 1);
    if (quote == NULL)
      return text.len;
    size_t end = (size_t)(quote - text.ptr);
    size_t at = end;
    while (at > i + 1 && text.ptr[at - 1] == '\\')
      at--;
    if ((end - at) % 2 == 0) /* it is not escaped */
      return end + 1;
    i = end;
  }
}

/* jansson's own limit is far above what its recursion needs here. */
static bool is_shallow(struct hc_span text)
{
  size_t depth = 0;

  for (size_t i = 0; i < text.len;) {
    uint8_t c = text.ptr[i];
    if (c == '"') {
      i = skip_string(text, i);
      continue;
    }
    if (c == '{' || c == '[')
      depth++;
    else if ((c == '}' || c == ']') && depth > 0)
      depth--;
    if (depth > HC_CONTROL_DEPTH_MAX)
      return false;
    i++;
  }
  return true;
}

static int parse(struct hc_span text, json_t **root, struct hc_fault *fault)
{
  json_error_t error = { .text = "" };

  if (text.len > HC_CONTROL_MAX)
    return hc_fault_set(fault, HYCO_ETOOLONG,
                        "a control message of %zu bytes, expected at most %d",
                        text.len, HC_CONTROL_MAX);
  if (!is_shallow(text))
    return hc_fault_set(fault, HYCO_EPROTOCOL,
                        "the control message is nested deeper than %d",
                        HC_CONTROL_DEPTH_MAX);
  *root = json_loadb((const char *)text.ptr, text.len, JSON_REJECT_DUPLICATES,
                     &error);
  if (*root != NULL)
    return 0;
  switch (json_error_code(&error)) {
  case json_error_unknown: /* jansson ran out of memory without saying so */
  case json_error_out_of_memory:
    return hc_fault_set(fault, HYCO_ENOMEM, "out of memory");
  case json_error_duplicate_key:
    return hc_fault_set(fault, HYCO_EPROTOCOL,
                        "a member stands twice in the control message");
  default:
    return hc_fault_set(fault, HYCO_EPROTOCOL,
                        "the control message is not JSON (byte %d)",
                        error.position);
  }
}

/* The one header of this name, in any case; the first if there are several;
 * NULL if there is none. */
static char *copy_header(struct hc_control_object headers, const char *name)
{
  const char *key;
  json_t *value;

  json_object_foreach(headers.value, key, value)
  {
    if (hc_span_is_nocase(hc_span_str(key), name))
      return hc_control_copy(headers.block, hc_control_text(value));
  }
  return NULL;
}

static int check_headers(json_t *headers, struct hc_fault *fault)
{
  const char *key;
  json_t *value;

  if (!json_is_object(headers))
    return hc_control_refuse_object("connectHeaders", fault);
  json_object_foreach(headers, key, value)
  {
    if (!json_is_string(value))
      return hc_fault_set(fault, HYCO_EPROTOCOL,
                          "'%s' in connectHeaders is not a string", key);
  }
  return 0;
}

static int read_headers(struct hc_control_object accept, struct hc_accept *out,
                        struct hc_fault *fault)
{
  struct hc_control_object headers = {
    hc_control_member(accept, "connectHeaders"), accept.block
  };
  int rc = headers.value != NULL ? check_headers(headers.value, fault) : 0;

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
  const json_t *value = hc_control_member(renew, "token");

  if (value == NULL)
    return hc_fault_set(fault, HYCO_EPROTOCOL,
                        "no 'token' in the renewToken message");
  if (!json_is_string(value))
    return hc_fault_set(fault, HYCO_EPROTOCOL,
                        "'token' in the control message is not a string");
  out->token = hc_strndup(json_string_value(value), json_string_length(value));
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

static size_t room_for_fields(enum hc_control_kind kind, size_t len)
{
  size_t n = len / FIELD_MIN;

  if (kind == HC_CONTROL_ACCEPT)
    return 0;
  return (n < HC_CONTROL_FIELDS_MAX ? n : HC_CONTROL_FIELDS_MAX) *
         sizeof(struct hc_control_field);
}

/* Room as control_member.h says: where a string's quotes were its NUL goes. */
static int make_block(struct hc_control *out, size_t len,
                      struct hc_control_block *block)
{
  void **memory = memory_of(out);
  size_t size = room_for_fields(out->kind, len) + 2 * (len + 1);

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

/* Spec hybrid-connections.md 1.6: exactly one command in a message, which has
 * len bytes. */
static int read_command(const json_t *root, size_t len, struct hc_control *out,
                        struct hc_fault *fault)
{
  struct hc_control_block block;
  json_t *body = NULL;
  size_t found = 0;

  for (size_t i = 0; i < sizeof(commands) / sizeof(commands[0]); i++) {
    json_t *value = json_object_get(root, commands[i].name);
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
  if (!json_is_object(body))
    return hc_control_refuse_object(commands[found].name, fault);
  out->kind = commands[found].kind;
  if (make_block(out, len, &block) < 0)
    return hc_fault_set(fault, HYCO_ENOMEM, "out of memory");
  return commands[found].read((struct hc_control_object){ body, &block }, out,
                              fault);
}

int hc_control_read(struct hc_span text, struct hc_control *out,
                    struct hc_fault *fault)
{
  json_t *root = NULL;

  memset(out, 0, sizeof(*out));
  int rc = parse(text, &root, fault);
  if (rc < 0)
    return rc;
  if (json_is_object(root))
    rc = read_command(root, text.len, out, fault);
  else
    rc = hc_fault_set(fault, HYCO_EPROTOCOL,
                      "the control message is not one JSON object");
  json_decref(root);
  if (rc < 0)
    hc_control_deinit(out);
  return rc;
}

bool hc_control_is_bad_response(struct hc_span text, char **request_id)
{
  json_t *root = NULL;
  struct hc_fault fault;

  *request_id = NULL;
  if (parse(text, &root, &fault) < 0)
    return false;
  const json_t *response = json_object_get(root, "response");
  const json_t *id = json_object_get(response, "requestId");
  if (json_is_string(id))
    *request_id = hc_strndup(json_string_value(id), json_string_length(id));
  json_decref(root);
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
