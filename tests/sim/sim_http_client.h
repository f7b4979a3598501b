/* A sender of HTTP/1.1 requests in raw bytes on the simulated net: it writes
 * what it is given, as fast or slow as it is told, and reads the answers. It
 * never fails a test by itself, waits for nothing, and needs none of the memory
 * that a test makes fail. */
#ifndef TESTS_SIM_SIM_HTTP_CLIENT_H
#define TESTS_SIM_SIM_HTTP_CLIENT_H

#include "protocol/http_body.h"
#include "sim_net.h"

enum {
  SIM_HTTP_PIPELINE_MAX = 16, /* requests that wait for their answers */
  SIM_HTTP_HEAD_MAX = 1 << 18
};

struct sim_http_handler {
  /* The final answer to the oldest request begins. */
  void (*on_head)(void *user_data, const struct hc_http_head *head);
  /* Bytes of its body. */
  void (*on_body)(void *user_data, struct hc_span data);
  /* It is whole by its framing. */
  void (*on_answered)(void *user_data);
  /* The connection is gone; code 0: orderly. Called once, never by a call of
   * the client's own. `why` NULL unless what came was no HTTP. */
  void (*on_end)(void *user_data, int code, const char *why);
};

struct sim_http_client {
  struct hc_net *net;
  struct hc_stream *stream; /* NULL: gone, or never there */
  const struct sim_http_handler *handler;
  void *user_data;
  bool opened;

  uint8_t *out; /* what is still to be written */
  size_t out_len;
  size_t out_at;
  size_t piece; /* bytes that are written at a time */
  uint64_t pause_ms;
  struct hc_timer pump;

  bool is_head[SIM_HTTP_PIPELINE_MAX]; /* their methods: HEAD */
  size_t waiting;
  size_t scanned;
  bool in_body;
  struct hc_http_body body;
};

/* Dials the port. False: that failed at once. */
bool sim_http_client_dial(struct sim_http_client *c, struct sim *sim,
                          uint16_t port, const struct sim_http_handler *handler,
                          void *user_data);

/* A request in bytes; false while SIM_HTTP_PIPELINE_MAX wait. */
bool sim_http_client_send(struct sim_http_client *c, struct hc_span request,
                          bool is_head);

/* From now on so many bytes at a time, with a pause between them. */
void sim_http_client_set_pace(struct sim_http_client *c, size_t piece,
                              uint64_t pause_ms);

/* Everything that was to be written is. */
bool sim_http_client_is_idle(const struct sim_http_client *c);

void sim_http_client_pause(struct sim_http_client *c, bool paused);

/* Gone; no handler is called. One that never was is fine. */
void sim_http_client_close(struct sim_http_client *c, enum hc_stream_close how);

#endif
