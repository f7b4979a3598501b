/* Streams that were told to go. */
#include "relay/farewell.h"

#include "base/memory.h"
#include "relay/server.h"

struct farewell {
  struct hc_list node;
  struct hc_relay *relay;
  struct hc_stream *stream;
  enum hc_stream_close how;
  bool awaits_close;
  struct hc_ws_reader reader;
};

static void end(struct farewell *f)
{
  struct hc_relay *relay = f->relay;

  hc_stream_close(f->stream, f->how);
  hc_relay_set_remove(&relay->farewells, &f->node);
  hc_free(f);
  hc_relay_check_stopped(relay);
}

/* What still comes is for nobody, but for the Close among it. */
static void on_data(void *user_data, struct hc_span *in)
{
  struct farewell *f = user_data;
  struct hc_ws_chunk chunk;
  int rc;

  if (!f->awaits_close) {
    hc_span_drop(in, in->len);
    return;
  }
  do {
    rc = hc_ws_read(&f->reader, in, &chunk);
  } while (rc > 0 && chunk.head.opcode != HC_WS_CLOSE);
  if (rc != 0)
    end(f);
}

static void on_drain(void *user_data)
{
  struct farewell *f = user_data;

  if (!f->awaits_close)
    end(f);
}

static void on_end(void *user_data, const struct hc_fault *fault)
{
  (void)fault;
  end(user_data);
}

static struct farewell *start(struct hc_relay *relay, struct hc_stream *stream,
                              enum hc_stream_close how)
{
  static const struct hc_stream_handler handler = { .on_data = on_data,
                                                    .on_drain = on_drain,
                                                    .on_end = on_end };
  struct farewell *f = hc_alloc_zero(sizeof *f);

  if (f == NULL) {
    hc_stream_close(stream, how);
    return NULL;
  }
  f->relay = relay;
  f->stream = stream;
  f->how = how;
  hc_relay_set_add(&relay->farewells, &f->node);
  hc_stream_set_handler(stream, &handler, f);
  hc_stream_resume(stream);
  return f;
}

void hc_relay_await_close(struct hc_relay *relay, struct hc_stream *stream,
                          const struct hc_ws_reader *reader)
{
  struct farewell *f = start(relay, stream, HC_STREAM_CLEAN);

  if (f == NULL)
    return;
  f->awaits_close = true;
  f->reader = *reader;
}

void hc_relay_await_written(struct hc_relay *relay, struct hc_stream *stream,
                            enum hc_stream_close how)
{
  if (hc_stream_pending(stream) == 0)
    hc_stream_close(stream, how);
  else if (start(relay, stream, how) != NULL)
    hc_stream_set_drain_mark(stream, 1);
}

void hc_relay_farewells_end(struct hc_relay *relay)
{
  struct hc_list *list = &relay->farewells.list;

  while (!hc_list_is_empty(list))
    end(HC_LIST_ENTRY(list->next, struct farewell, node));
}
