/* Writes the lines of HTTP/1.1 heads and says what may stand in them. */
#include "protocol/http1.h"

/* RFC 9110 5.6.2: tchar. */
static bool is_token_char(uint8_t c)
{
  uint8_t letter = (uint8_t)(c | 0x20);

  if ((c >= '0' && c <= '9') || (letter >= 'a' && letter <= 'z'))
    return true;
  return c != 0 && strchr("!#$%&'*+-.^_`|~", c) != NULL;
}

bool hc_http_name_is_legal(struct hc_span name)
{
  for (size_t i = 0; i < name.len; i++)
    if (!is_token_char(name.ptr[i]))
      return false;
  return name.len > 0;
}

static bool is_text(uint8_t c)
{
  return (c >= 0x20 && c != 0x7f) || c == '\t';
}

bool hc_http_value_is_legal(struct hc_span value)
{
  for (size_t i = 0; i < value.len; i++)
    if (!is_text(value.ptr[i]))
      return false;
  return hc_span_trim(value).len == value.len;
}

/* All or nothing, so that a head never ends in half a line. */
static int append_pieces(struct hc_buffer *out, const struct hc_span *pieces,
                         size_t n)
{
  size_t total = 0;

  for (size_t i = 0; i < n; i++)
    total += pieces[i].len;
  uint8_t *dst = hc_buffer_reserve(out, total);
  if (dst == NULL)
    return total > out->max - hc_buffer_len(out) ? HYCO_ETOOLONG : HYCO_ENOMEM;
  for (size_t i = 0; i < n; i++) {
    if (pieces[i].len > 0)
      memcpy(dst, pieces[i].ptr, pieces[i].len);
    dst += pieces[i].len;
  }
  hc_buffer_commit(out, total);
  return 0;
}

int hc_http_write_field(struct hc_buffer *out, struct hc_span name,
                        struct hc_span value)
{
  if (!hc_http_name_is_legal(name) || !hc_http_value_is_legal(value))
    return HYCO_EBADVALUE;
  struct hc_span pieces[] = { name, hc_span_str(": "), value,
                              hc_span_str("\r\n") };
  return append_pieces(out, pieces, 4);
}

int hc_http_write_status(struct hc_buffer *out, int status,
                         struct hc_span reason)
{
  if (status < 100 || status > 999)
    return HYCO_EBADVALUE;
  const uint8_t code[] = { (uint8_t)('0' + status / 100),
                           (uint8_t)('0' + status / 10 % 10),
                           (uint8_t)('0' + status % 10), ' ' };
  struct hc_span pieces[] = { hc_span_str("HTTP/1.1 "),
                              hc_span_of(code, sizeof(code)), reason,
                              hc_span_str("\r\n") };
  int rc = append_pieces(out, pieces, 4);
  if (rc < 0)
    return rc;
  uint8_t *text = out->data + out->end - 2 - reason.len;
  for (size_t i = 0; i < reason.len; i++)
    if (!is_text(text[i]))
      text[i] = ' ';
  return 0;
}

/* RFC 9110 section 15 and the IANA registry. */
static const struct {
  int status;
  const char *reason;
} reasons[] = {
  { 100, "Continue" },
  { 101, "Switching Protocols" },
  { 102, "Processing" },
  { 103, "Early Hints" },
  { 200, "OK" },
  { 201, "Created" },
  { 202, "Accepted" },
  { 203, "Non-Authoritative Information" },
  { 204, "No Content" },
  { 205, "Reset Content" },
  { 206, "Partial Content" },
  { 207, "Multi-Status" },
  { 208, "Already Reported" },
  { 226, "IM Used" },
  { 300, "Multiple Choices" },
  { 301, "Moved Permanently" },
  { 302, "Found" },
  { 303, "See Other" },
  { 304, "Not Modified" },
  { 305, "Use Proxy" },
  { 307, "Temporary Redirect" },
  { 308, "Permanent Redirect" },
  { 400, "Bad Request" },
  { 401, "Unauthorized" },
  { 402, "Payment Required" },
  { 403, "Forbidden" },
  { 404, "Not Found" },
  { 405, "Method Not Allowed" },
  { 406, "Not Acceptable" },
  { 407, "Proxy Authentication Required" },
  { 408, "Request Timeout" },
  { 409, "Conflict" },
  { 410, "Gone" },
  { 411, "Length Required" },
  { 412, "Precondition Failed" },
  { 413, "Content Too Large" },
  { 414, "URI Too Long" },
  { 415, "Unsupported Media Type" },
  { 416, "Range Not Satisfiable" },
  { 417, "Expectation Failed" },
  { 421, "Misdirected Request" },
  { 422, "Unprocessable Content" },
  { 423, "Locked" },
  { 424, "Failed Dependency" },
  { 425, "Too Early" },
  { 426, "Upgrade Required" },
  { 428, "Precondition Required" },
  { 429, "Too Many Requests" },
  { 431, "Request Header Fields Too Large" },
  { 451, "Unavailable For Legal Reasons" },
  { 500, "Internal Server Error" },
  { 501, "Not Implemented" },
  { 502, "Bad Gateway" },
  { 503, "Service Unavailable" },
  { 504, "Gateway Timeout" },
  { 505, "HTTP Version Not Supported" },
  { 506, "Variant Also Negotiates" },
  { 507, "Insufficient Storage" },
  { 508, "Loop Detected" },
  { 511, "Network Authentication Required" },
};

const char *hc_http_reason(int status)
{
  for (size_t i = 0; i < sizeof(reasons) / sizeof(reasons[0]); i++)
    if (reasons[i].status == status)
      return reasons[i].reason;
  return "";
}
