/* Answers that end a request: the reason phrase carries the message (spec
 * hybrid-connections.md 1.5). */
#ifndef HC_RELAY_ANSWER_H
#define HC_RELAY_ANSWER_H

#include "base/buffer.h"
#include "relay/tracking.h"

enum {
  HC_RELAY_REASON_MAX = 1024 /* bytes of a reason phrase; more is cut off */
};

/* Why a request is not served. status 0: it is. text is static or borrowed
 * from whoever made the refusal. */
struct hc_relay_refusal {
  int status;
  const char *text;
};

static inline struct hc_relay_refusal hc_relay_refuse(int status,
                                                      const char *text)
{
  return (struct hc_relay_refusal){ status, text };
}

static inline struct hc_relay_refusal hc_relay_allow(void)
{
  return (struct hc_relay_refusal){ 0, NULL };
}

/* Writes the relay's own answer: "<text> TrackingId:..., SystemTracker:...,
 * Timestamp:..." as the reason. The caller closes the stream. */
void hc_relay_answer(struct hc_stream *stream,
                     const struct hc_relay_tracking *t,
                     struct hc_relay_refusal refusal);

/* Writes a listener's answer: the reason as it is, the status' own if it is
 * empty. */
void hc_relay_answer_plain(struct hc_stream *stream, int status,
                           struct hc_span reason);

/* Appends a Date field, now. 0, HYCO_ETOOLONG or HYCO_ENOMEM. */
int hc_relay_append_date(struct hc_buffer *out, const struct hc_net *net);

/* Writes the 101 of a handshake with this key; protocol is empty or the one
 * that was agreed on. 0 or HYCO_E*: nothing was written. */
int hc_relay_answer_101(struct hc_stream *stream, struct hc_span key,
                        struct hc_span protocol);

#endif
