/* Reads the heads of HTTP/1.1 messages (RFC 9112). Fault texts quote next to
 * nothing: targets and fields may hold a token. */
#include "protocol/http1.h"
#include "protocol/quote.h"

#include <assert.h>

enum { LENGTH_DIGITS_MAX = 18 };

static bool is_digit(uint8_t c)
{
  return c >= '0' && c <= '9';
}

/* CR and LF have rules of their own. obs-text (0x80 and above) is fine in
 * values and reason phrases (RFC 9110 5.5). */
static bool is_control(uint8_t c)
{
  return (c < 0x20 && c != '\t' && c != '\r' && c != '\n') || c == 0x7f;
}

static int check_byte(struct hc_span in, size_t i, struct hc_fault *fault)
{
  uint8_t c = in.ptr[i];
  bool after_cr = i > 0 && in.ptr[i - 1] == '\r';

  if (is_control(c))
    return hc_fault_set(fault, HYCO_EPROTOCOL,
                        "byte 0x%02x in the HTTP head, expected text", c);
  if ((c == '\n') != after_cr)
    return hc_fault_set(fault, HYCO_EPROTOCOL,
                        "a bare %s in the HTTP head, expected CRLF",
                        after_cr ? "CR" : "LF");
  if (c == '\n' && i == 1)
    return hc_fault_set(fault, HYCO_EPROTOCOL,
                        "an empty first line, expected a start line");
  return 0;
}

/* True if none of eight bytes is below 0x20 or 0x7f: no control and no line
 * end. Either term has a top bit set exactly if there is such a byte. */
static bool are_text(const uint8_t *bytes)
{
  const uint64_t ones = UINT64_C(0x0101010101010101);
  uint64_t word;

  memcpy(&word, bytes, 8);
  uint64_t del = word ^ (ones * 0x7f);
  uint64_t hits = ((word - ones * 0x20) & ~word) | ((del - ones) & ~del);
  return (hits & (ones * 0x80)) == 0;
}

/* From i on, which is not behind a CR: the first byte that check_byte must look
 * at, or a few before it. */
static size_t skip_text(struct hc_span in, size_t i, size_t limit)
{
  while (limit - i >= 8 && are_text(in.ptr + i))
    i += 8;
  return i;
}

/* Looks for the empty line behind *scanned. 1: *size is that of the head. */
static int find_end(struct hc_span in, size_t max, size_t *scanned,
                    size_t *size, struct hc_fault *fault)
{
  size_t limit = in.len < max ? in.len : max;

  assert(*scanned <= in.len);
  for (size_t i = *scanned; i < limit; i++) {
    if (i == 0 || in.ptr[i - 1] != '\r')
      i = skip_text(in, i, limit);
    if (i == limit)
      break;
    int rc = check_byte(in, i, fault);
    if (rc < 0)
      return rc;
    if (in.ptr[i] == '\n' && i >= 3 && in.ptr[i - 2] == '\n') {
      *size = i + 1;
      return 1;
    }
  }
  *scanned = limit;
  if (limit < max)
    return 0;
  return hc_fault_set(fault, HYCO_ETOOLONG,
                      "the HTTP head is longer than %zu bytes", max);
}

/* Only for what find_end has seen: every line of it ends with CRLF. */
static struct hc_span take_line(struct hc_span *rest)
{
  struct hc_span line = { NULL, 0 };

  hc_span_split(rest, '\r', &line);
  hc_span_drop(rest, 1);
  return line;
}

static int read_version(struct hc_span text, int *minor, struct hc_fault *fault)
{
  if (hc_span_is(text, "HTTP/1.1"))
    *minor = 1;
  else if (hc_span_is(text, "HTTP/1.0"))
    *minor = 0;
  else
    return hc_fault_set(fault, HYCO_EPROTOCOL,
                        "a start line without HTTP/1.1 or HTTP/1.0");
  return 0;
}

/* RFC 3986 3.2.2: an address of IPv6 stands in brackets. Without them "::1:80"
 * is one address to one reader, and port 80 of another one to the next. */
static bool has_stray_colon(struct hc_span text)
{
  struct hc_span host;

  if (text.len > 0 && text.ptr[0] == '[')
    hc_span_split(&text, ']', &host);
  hc_span_split(&text, ':', &host);
  return text.len > 0 && memchr(text.ptr, ':', text.len) != NULL;
}

/* RFC 3986 3.2.2 and 3.2.3: host and port, no user, no list. May be empty. */
static bool is_authority(struct hc_span text)
{
  for (size_t i = 0; i < text.len; i++) {
    uint8_t c = text.ptr[i];
    bool alphanumeric = is_digit(c) || ((c | 0x20) >= 'a' && (c | 0x20) <= 'z');
    if (c == 0 || (!alphanumeric && strchr("-._~!$&'()*+;=:[]%", c) == NULL))
      return false;
  }
  return !has_stray_colon(text);
}

/* scheme "://" and a host. */
static bool is_absolute_form(struct hc_span target)
{
  struct hc_span rest = target;
  struct hc_span scheme;

  if (!hc_span_split(&rest, ':', &scheme) || scheme.len == 0)
    return false;
  for (size_t i = 0; i < scheme.len; i++) {
    uint8_t c = (uint8_t)(scheme.ptr[i] | 0x20);
    if (c < 'a' || c > 'z')
      return false;
  }
  if (rest.len <= 2 || rest.ptr[0] != '/' || rest.ptr[1] != '/')
    return false;
  hc_span_drop(&rest, 2);
  size_t n = 0;
  while (n < rest.len && rest.ptr[n] != '/' && rest.ptr[n] != '?')
    n++;
  return n > 0 && is_authority(hc_span_of(rest.ptr, n));
}

/* RFC 9112 3.2. A '#' never stands in a target: one party would cut it off. */
static int check_target(struct hc_span target, struct hc_fault *fault)
{
  for (size_t i = 0; i < target.len; i++) {
    uint8_t c = target.ptr[i];
    if (c < 0x21 || c > 0x7e || c == '#')
      return hc_fault_set(fault, HYCO_EPROTOCOL,
                          "byte 0x%02x in the request target, expected it "
                          "percent-encoded",
                          c);
  }
  bool origin_form = target.len > 0 && target.ptr[0] == '/';
  if (!origin_form && !hc_span_is(target, "*") && !is_absolute_form(target))
    return hc_fault_set(fault, HYCO_EPROTOCOL,
                        "the request target is neither a path nor a URL");
  return 0;
}

bool hc_http_target_is_legal(struct hc_span target)
{
  return check_target(target, NULL) == 0;
}

static int read_request_line(struct hc_span line, struct hc_http_head *head,
                             struct hc_fault *fault)
{
  struct hc_span version;

  if (!hc_span_split(&line, ' ', &head->method) ||
      !hc_span_split(&line, ' ', &head->target) || line.ptr == NULL)
    return hc_fault_set(fault, HYCO_EPROTOCOL,
                        "a request line that is not 'METHOD TARGET VERSION'");
  version = line;
  if (!hc_http_name_is_legal(head->method))
    return hc_fault_set(fault, HYCO_EPROTOCOL, "'%.*s' is not an HTTP method",
                        HC_QUOTE(head->method));
  /* RFC 9112 3.2.3: its target is an authority, which nobody here serves. */
  if (hc_span_is(head->method, "CONNECT"))
    return hc_fault_set(fault, HYCO_EPROTOCOL, "CONNECT, expected a request");
  int rc = check_target(head->target, fault);
  if (rc < 0)
    return rc;
  return read_version(version, &head->minor, fault);
}

/* RFC 9112 4. Some servers leave out the blank behind the code when there is no
 * reason; nobody reads that in two ways. */
static int read_status_line(struct hc_span line, struct hc_http_head *head,
                            struct hc_fault *fault)
{
  struct hc_span version;
  struct hc_span code = { NULL, 0 };

  hc_span_split(&line, ' ', &version);
  int rc = read_version(version, &head->minor, fault);
  if (rc < 0)
    return rc;
  hc_span_split(&line, ' ', &code);
  if (code.len != 3 || !is_digit(code.ptr[0]) || !is_digit(code.ptr[1]) ||
      !is_digit(code.ptr[2]) || code.ptr[0] == '0')
    return hc_fault_set(fault, HYCO_EPROTOCOL,
                        "status '%.*s', expected three digits", HC_QUOTE(code));
  head->status = (code.ptr[0] - '0') * 100 + (code.ptr[1] - '0') * 10 +
                 (code.ptr[2] - '0');
  head->reason = hc_span_trim(line);
  return 0;
}

static int read_field(struct hc_span line, struct hc_http_field *field,
                      struct hc_fault *fault)
{
  /* RFC 9112 5.2: obsolete folding. */
  if (line.ptr[0] == ' ' || line.ptr[0] == '\t')
    return hc_fault_set(fault, HYCO_EPROTOCOL,
                        "a field line that begins with a blank");
  hc_span_split(&line, ':', &field->name);
  if (line.ptr == NULL)
    return hc_fault_set(fault, HYCO_EPROTOCOL, "a field line without a colon");
  /* RFC 9112 5.1: no blank before the colon. */
  if (!hc_http_name_is_legal(field->name))
    return hc_fault_set(fault, HYCO_EPROTOCOL,
                        "a field line that does not begin with a field name");
  field->value = hc_span_trim(line);
  return 0;
}

static int read_fields(struct hc_span rest, struct hc_http_head *head,
                       struct hc_fault *fault)
{
  head->n_fields = 0;
  for (;;) {
    struct hc_span line = take_line(&rest);
    if (line.len == 0)
      return 0;
    if (head->n_fields == HC_HTTP_FIELDS_MAX)
      return hc_fault_set(fault, HYCO_ETOOLONG,
                          "the HTTP head has more than %d fields",
                          HC_HTTP_FIELDS_MAX);
    int rc = read_field(line, &head->fields[head->n_fields], fault);
    if (rc < 0)
      return rc;
    head->n_fields++;
  }
}

/* RFC 9112 6.1: chunked ends the list, and stands there once. */
static bool ends_in_chunked(struct hc_span codings)
{
  struct hc_span one;
  size_t n = 0;
  bool last = false;

  while (hc_span_split(&codings, ',', &one)) {
    last = hc_span_is_nocase(hc_span_trim(one), "chunked");
    n += last;
  }
  return last && n == 1;
}

/* Digits, and few enough for every reader's 64 bits. */
static bool is_length(struct hc_span value)
{
  for (size_t i = 0; i < value.len; i++) {
    if (!is_digit(value.ptr[i]))
      return false;
  }
  return value.len > 0 && value.len <= LENGTH_DIGITS_MAX;
}

/* RFC 9112 6.1, 6.3: whatever lets two parties see two ends of the body. */
static int check_framing(const struct hc_http_head *head,
                         struct hc_fault *fault)
{
  const struct hc_http_field *length = hc_http_find(head, "Content-Length");
  const struct hc_http_field *coding = hc_http_find(head, "Transfer-Encoding");

  if (hc_http_count(head, "Content-Length") +
          hc_http_count(head, "Transfer-Encoding") >
      1)
    return hc_fault_set(fault, HYCO_EPROTOCOL,
                        "more than one Content-Length or Transfer-Encoding");
  if (coding != NULL && head->minor == 0)
    return hc_fault_set(fault, HYCO_EPROTOCOL,
                        "Transfer-Encoding in an HTTP/1.0 message");
  if (coding != NULL && !ends_in_chunked(coding->value))
    return hc_fault_set(fault, HYCO_EPROTOCOL,
                        "a Transfer-Encoding that does not end in chunked");
  if (length != NULL && !is_length(length->value))
    return hc_fault_set(fault, HYCO_EPROTOCOL,
                        "a Content-Length that is not a number");
  return 0;
}

/* RFC 9112 3.2: one Host, and not a list nor a URL. */
static int check_host(const struct hc_http_head *head, struct hc_fault *fault)
{
  size_t hosts = hc_http_count(head, "Host");

  if (hosts == 0 && head->minor == 0)
    return 0;
  if (hosts != 1)
    return hc_fault_set(fault, HYCO_EPROTOCOL, "%zu Host fields, expected one",
                        hosts);
  struct hc_span value = hc_http_find(head, "Host")->value;
  if (!is_authority(value))
    return hc_fault_set(fault, HYCO_EPROTOCOL,
                        "Host '%.*s', expected host or host:port",
                        HC_QUOTE(value));
  return 0;
}

typedef int start_line_reader(struct hc_span line, struct hc_http_head *head,
                              struct hc_fault *fault);

static int read_head(struct hc_span text, start_line_reader *read_start,
                     struct hc_http_head *head, struct hc_fault *fault)
{
  struct hc_span line = take_line(&text);

  head->method = head->target = head->reason = (struct hc_span){ NULL, 0 };
  head->status = 0;
  int rc = read_start(line, head, fault);
  if (rc == 0)
    rc = read_fields(text, head, fault);
  if (rc == 0)
    rc = check_framing(head, fault);
  return rc;
}

int hc_http_read_request(struct hc_span *in, size_t max, size_t *scanned,
                         struct hc_http_head *head, struct hc_fault *fault)
{
  size_t size = 0;
  int rc = find_end(*in, max, scanned, &size, fault);

  if (rc <= 0)
    return rc;
  rc = read_head(hc_span_of(in->ptr, size), read_request_line, head, fault);
  if (rc == 0)
    rc = check_host(head, fault);
  if (rc < 0)
    return rc;
  hc_span_drop(in, size);
  *scanned = 0;
  return 1;
}

int hc_http_read_response(struct hc_span *in, size_t max, size_t *scanned,
                          struct hc_http_head *head, struct hc_fault *fault)
{
  size_t size = 0;
  int rc = find_end(*in, max, scanned, &size, fault);

  if (rc <= 0)
    return rc;
  rc = read_head(hc_span_of(in->ptr, size), read_status_line, head, fault);
  if (rc < 0)
    return rc;
  hc_span_drop(in, size);
  *scanned = 0;
  return 1;
}

const struct hc_http_field *hc_http_find(const struct hc_http_head *head,
                                         const char *name)
{
  for (size_t i = 0; i < head->n_fields; i++)
    if (hc_span_is_nocase(head->fields[i].name, name))
      return &head->fields[i];
  return NULL;
}

size_t hc_http_count(const struct hc_http_head *head, const char *name)
{
  size_t n = 0;

  for (size_t i = 0; i < head->n_fields; i++)
    if (hc_span_is_nocase(head->fields[i].name, name))
      n++;
  return n;
}

bool hc_http_list_has(struct hc_span list, struct hc_span token)
{
  struct hc_span item;

  while (hc_span_split(&list, ',', &item))
    if (hc_span_equal_nocase(hc_span_trim(item), token))
      return true;
  return false;
}

bool hc_http_has_token(const struct hc_http_head *head, const char *name,
                       const char *token)
{
  for (size_t i = 0; i < head->n_fields; i++)
    if (hc_span_is_nocase(head->fields[i].name, name) &&
        hc_http_list_has(head->fields[i].value, hc_span_str(token)))
      return true;
  return false;
}
