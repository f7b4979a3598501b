/* Reads the JSON messages of the control channel. Fault texts never quote a
 * message: it may hold a token. */
#include "base/memory.h"
#include "protocol/control_member.h"

/* jansson's own limit is far above what its recursion needs here. */
static bool is_shallow(struct hc_span text)
{
  size_t depth = 0;
  bool in_string = false;

  for (size_t i = 0; i < text.len; i++) {
    uint8_t c = text.ptr[i];
    if (c == '"')
      in_string = !in_string;
    else if (in_string && c == '\\')
      i++;
    else if (!in_string && (c == '{' || c == '['))
      depth++;
    else if (!in_string && (c == '}' || c == ']') && depth > 0)
      depth--;
    if (depth > HC_CONTROL_DEPTH_MAX)
      return false;
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

/* The one header of this name, in any case; the first if there are several. */
static int copy_header(json_t *headers, const char *name, char **out,
                       struct hc_fault *fault)
{
  const char *key;
  json_t *value;

  json_object_foreach(headers, key, value)
  {
    if (hc_span_is_nocase(hc_span_str(key), name))
      return hc_control_copy_string(value, out, fault);
  }
  return 0;
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

static int read_headers(json_t *headers, struct hc_accept *out,
                        struct hc_fault *fault)
{
  if (headers == NULL || json_is_null(headers))
    return hc_control_dump(NULL, &out->connect_headers, fault);
  int rc = check_headers(headers, fault);
  if (rc == 0)
    rc = hc_control_dump(headers, &out->connect_headers, fault);
  if (rc == 0)
    rc = copy_header(headers, "Sec-WebSocket-Protocol", &out->sub_protocols,
                     fault);
  if (rc == 0)
    rc = copy_header(headers, "Sec-WebSocket-Extensions", &out->extensions,
                     fault);
  if (rc == 0)
    rc = copy_header(headers, "Host", &out->host, fault);
  return rc;
}

static int read_accept(const json_t *accept, struct hc_control *out,
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
    rc = read_headers(json_object_get(accept, "connectHeaders"), &out->accept,
                      fault);
  if (rc == 0)
    rc = hc_control_read_endpoint(accept, &out->accept.remote_address,
                                  &out->accept.remote_port, fault);
  return rc;
}

static int read_renew_token(const json_t *renew, struct hc_control *out,
                            struct hc_fault *fault)
{
  int rc = hc_control_read_string(renew, "token", &out->token, fault);

  if (rc == 0 && out->token == NULL)
    return hc_fault_set(fault, HYCO_EPROTOCOL,
                        "no 'token' in the renewToken message");
  return rc;
}

static const struct {
  const char *name;
  enum hc_control_kind kind;
  int (*read)(const json_t *body, struct hc_control *out,
              struct hc_fault *fault);
} commands[] = {
  { "accept", HC_CONTROL_ACCEPT, read_accept },
  { "request", HC_CONTROL_REQUEST, hc_control_read_request },
  { "response", HC_CONTROL_RESPONSE, hc_control_read_response },
  { "renewToken", HC_CONTROL_RENEW_TOKEN, read_renew_token },
};

/* Spec hybrid-connections.md 1.6: exactly one command in a message. */
static int read_command(const json_t *root, struct hc_control *out,
                        struct hc_fault *fault)
{
  const json_t *body = NULL;
  size_t found = 0;

  for (size_t i = 0; i < sizeof(commands) / sizeof(commands[0]); i++) {
    const json_t *value = json_object_get(root, commands[i].name);
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
  return commands[found].read(body, out, fault);
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
    rc = read_command(root, out, fault);
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
  (void)hc_control_read_string(response, "requestId", request_id, &fault);
  json_decref(root);
  return response != NULL;
}

void hc_control_deinit(struct hc_control *control)
{
  hc_free(control->accept.address);
  hc_free(control->accept.id);
  hc_free(control->accept.connect_headers);
  hc_free(control->accept.remote_address);
  hc_free(control->accept.sub_protocols);
  hc_free(control->accept.extensions);
  hc_free(control->accept.host);
  hc_request_deinit(&control->request);
  hc_response_deinit(&control->response);
  hc_secret_free(control->token);
  memset(control, 0, sizeof(*control));
}
