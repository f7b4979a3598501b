/* Reads the JSON messages of the control channel. Fault texts never quote a
 * message: it may hold a token. */
#include "protocol/control.h"

#include "base/memory.h"

#include <jansson.h>

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

/* .NET's serialiser writes null for what is not set. */
static const json_t *member(const json_t *object, const char *name)
{
  const json_t *value = json_object_get(object, name);

  return json_is_null(value) ? NULL : value;
}

static int copy_string(const json_t *value, char **out, struct hc_fault *fault)
{
  *out = hc_strndup(json_string_value(value), json_string_length(value));
  if (*out == NULL)
    return hc_fault_set(fault, HYCO_ENOMEM, "out of memory");
  return 0;
}

/* A missing member leaves *out as it is. */
static int read_string(const json_t *object, const char *name, char **out,
                       struct hc_fault *fault)
{
  const json_t *value = member(object, name);

  if (value == NULL)
    return 0;
  if (!json_is_string(value))
    return hc_fault_set(fault, HYCO_EPROTOCOL,
                        "'%s' in the control message is not a string", name);
  return copy_string(value, out, fault);
}

static int refuse_object(const char *name, struct hc_fault *fault)
{
  return hc_fault_set(fault, HYCO_EPROTOCOL,
                      "'%s' in the control message is not an object", name);
}

static int read_endpoint(const json_t *endpoint, struct hc_accept *out,
                         struct hc_fault *fault)
{
  if (endpoint == NULL)
    return 0;
  if (!json_is_object(endpoint))
    return refuse_object("remoteEndpoint", fault);
  const json_t *port = member(endpoint, "port");
  json_int_t number = json_is_integer(port) ? json_integer_value(port) : -1;
  if (port != NULL && (number < 0 || number > UINT16_MAX))
    return hc_fault_set(fault, HYCO_EPROTOCOL,
                        "'port' in the control message is not a port");
  out->remote_port = port != NULL ? (int)number : 0;
  return read_string(endpoint, "address", &out->remote_address, fault);
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
      return copy_string(value, out, fault);
  }
  return 0;
}

static int dump(const json_t *value, char **out, struct hc_fault *fault)
{
  size_t n = json_dumpb(value, NULL, 0, JSON_COMPACT);
  char *text = n > 0 ? hc_alloc(n + 1) : NULL;

  if (text == NULL || json_dumpb(value, text, n, JSON_COMPACT) != n) {
    hc_free(text);
    return hc_fault_set(fault, HYCO_ENOMEM, "out of memory");
  }
  text[n] = '\0';
  *out = text;
  return 0;
}

static int check_headers(json_t *headers, struct hc_fault *fault)
{
  const char *key;
  json_t *value;

  if (!json_is_object(headers))
    return refuse_object("connectHeaders", fault);
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
  if (headers == NULL || json_is_null(headers)) {
    out->connect_headers = hc_strdup("{}");
    return out->connect_headers != NULL
               ? 0
               : hc_fault_set(fault, HYCO_ENOMEM, "out of memory");
  }
  int rc = check_headers(headers, fault);
  if (rc == 0)
    rc = dump(headers, &out->connect_headers, fault);
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
  int rc = read_string(accept, "address", &out->accept.address, fault);

  if (rc == 0 && out->accept.address == NULL)
    return hc_fault_set(fault, HYCO_EPROTOCOL,
                        "no 'address' in the accept message");
  if (rc == 0)
    rc = read_string(accept, "id", &out->accept.id, fault);
  if (rc == 0)
    rc = read_headers(json_object_get(accept, "connectHeaders"), &out->accept,
                      fault);
  if (rc == 0)
    rc = read_endpoint(member(accept, "remoteEndpoint"), &out->accept, fault);
  return rc;
}

static int read_renew_token(const json_t *renew, struct hc_control *out,
                            struct hc_fault *fault)
{
  int rc = read_string(renew, "token", &out->token, fault);

  if (rc == 0 && out->token == NULL)
    return hc_fault_set(fault, HYCO_EPROTOCOL,
                        "no 'token' in the renewToken message");
  return rc;
}

static const struct {
  const char *name;
  enum hc_control_kind kind;
  int (*read)(const json_t *body, struct hc_control *out,
              struct hc_fault *fault); /* NULL: its kind is all we need */
} commands[] = {
  { "accept", HC_CONTROL_ACCEPT, read_accept },
  { "request", HC_CONTROL_REQUEST, NULL },
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
    return refuse_object(commands[found].name, fault);
  out->kind = commands[found].kind;
  if (commands[found].read == NULL)
    return 0;
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

void hc_control_deinit(struct hc_control *control)
{
  hc_free(control->accept.address);
  hc_free(control->accept.id);
  hc_free(control->accept.connect_headers);
  hc_free(control->accept.remote_address);
  hc_free(control->accept.sub_protocols);
  hc_free(control->accept.extensions);
  hc_free(control->accept.host);
  hc_secret_free(control->token);
  memset(control, 0, sizeof(*control));
}
