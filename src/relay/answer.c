/* The relay's own answers: 101, or a status line, a date and no body. */
#include "relay/answer.h"

#include "protocol/handshake.h"
#include <stdio.h>
#include <time.h>

enum { ANSWER_MAX = HC_RELAY_REASON_MAX + 512 };

static struct tm utc_now(const struct hc_net *net)
{
  time_t now = (time_t)hc_net_wall_s(net);
  struct tm tm = { 0 };

  (void)gmtime_r(&now, &tm);
  return tm;
}

/* RFC 9110 5.6.7; by hand, for strftime follows the locale. */
int hc_relay_append_date(struct hc_buffer *out, const struct hc_net *net)
{
  static const char days[][4] = { "Sun", "Mon", "Tue", "Wed",
                                  "Thu", "Fri", "Sat" };
  static const char months[][4] = { "Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                    "Jul", "Aug", "Sep", "Oct", "Nov", "Dec" };
  struct tm tm = utc_now(net);

  return hc_buffer_printf(out, "Date: %s, %02d %s %04d %02d:%02d:%02d GMT\r\n",
                          days[tm.tm_wday], tm.tm_mday, months[tm.tm_mon],
                          tm.tm_year + 1900, tm.tm_hour, tm.tm_min, tm.tm_sec);
}

/* Cuts what is too long, never inside a character of UTF-8. */
static struct hc_span fit(struct hc_span reason)
{
  if (reason.len <= HC_RELAY_REASON_MAX)
    return reason;
  reason.len = HC_RELAY_REASON_MAX;
  while (reason.len > 0 && (reason.ptr[reason.len] & 0xc0) == 0x80)
    reason.len--;
  return reason;
}

/* Without memory nothing is written: the peer sees the connection end. */
void hc_relay_answer_plain(struct hc_stream *stream, int status,
                           struct hc_span reason)
{
  struct hc_buffer out;

  if (reason.len == 0)
    reason = hc_span_str(hc_http_reason(status));
  hc_buffer_init(&out, ANSWER_MAX);
  const char *length =
      status == 204 || status == 304 ? "" : "Content-Length: 0\r\n";
  /* RFC 6455 4.2.2, "version": a handshake of another one is told ours. */
  const char *version = status == 400 ? "Sec-WebSocket-Version: 13\r\n" : "";
  if (hc_http_write_status(&out, status, fit(reason)) == 0 &&
      hc_relay_append_date(&out, stream->net) == 0 &&
      hc_buffer_append_str(&out, version) == 0 &&
      hc_buffer_append_str(&out, length) == 0 &&
      hc_buffer_append_str(&out, "Connection: close\r\n\r\n") == 0)
    (void)hc_stream_write(stream, hc_buffer_span(&out));
  hc_buffer_deinit(&out);
}

void hc_relay_answer(struct hc_stream *stream,
                     const struct hc_relay_tracking *t,
                     struct hc_relay_refusal refusal)
{
  char reason[HC_RELAY_REASON_MAX];
  struct tm tm = utc_now(stream->net);

  (void)snprintf(reason, sizeof reason,
                 "%s TrackingId:%s, SystemTracker:%s, "
                 "Timestamp:%d/%d/%d %d:%02d:%02d %s",
                 refusal.text, t->id, t->system, tm.tm_mon + 1, tm.tm_mday,
                 tm.tm_year + 1900, (tm.tm_hour + 11) % 12 + 1, tm.tm_min,
                 tm.tm_sec, tm.tm_hour < 12 ? "AM" : "PM");
  hc_relay_answer_plain(stream, refusal.status, hc_span_str(reason));
}

int hc_relay_answer_101(struct hc_stream *stream, struct hc_span key,
                        struct hc_span protocol)
{
  struct hc_buffer out;

  hc_buffer_init(&out, HC_HTTP_HEAD_MAX);
  int rc = hc_ws_write_response(&out, key, protocol);
  if (rc == 0)
    rc = hc_stream_write(stream, hc_buffer_span(&out));
  hc_buffer_deinit(&out);
  return rc;
}
