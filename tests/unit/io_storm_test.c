/* Many streams doing everything at once, in every order: nothing is lost,
 * repeated, told twice or told after the end. */
#include "base/memory.h"
#include "unit/io_pair.h"
#include "unit/tls_files.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

enum { ENDS = 24, STEPS = 1200, WRITE_MAX = 40000 };

/* Both directions carry 0, 1, 2, ... so that each byte says where it is. */
struct storm_end {
  struct storm *storm;
  struct hc_stream *stream;
  uint64_t sent;
  uint64_t got;
  bool is_open;
  bool is_ended;
  bool is_paused;
  bool reads_in_narrow;
};

struct storm {
  struct pair pair;
  struct storm_end clients[ENDS];
  struct storm_end servers[ENDS];
  uint64_t seed;
  bool in_handler;
  unsigned ends_told;
  unsigned narrow_turns;
};

/* A linear congruential generator: the operations repeat with the seed. */
static unsigned pick(struct storm *storm, unsigned n)
{
  storm->seed = storm->seed * 6364136223846793005u + 1442695040888963407u;
  return (unsigned)(storm->seed >> 33) % n;
}

static void write_some(struct storm_end *end)
{
  size_t n = 1 + pick(end->storm, WRITE_MAX);
  uint8_t *out = hc_stream_reserve(end->stream, n);

  if (out == NULL)
    return;
  for (size_t i = 0; i < n; i++)
    out[i] = (uint8_t)(end->sent + i);
  hc_stream_commit(end->stream, n);
  end->sent += n;
}

static void close_end(struct storm_end *end)
{
  static const enum hc_stream_close how[] = { HC_STREAM_CLEAN, HC_STREAM_CUT,
                                              HC_STREAM_ABORT };
  struct hc_stream *stream = end->stream;

  end->stream = NULL;
  hc_stream_close(stream, how[pick(end->storm, 3)]);
}

static void toggle_pause(struct storm_end *end)
{
  end->is_paused = !end->is_paused;
  if (end->is_paused)
    hc_stream_pause(end->stream);
  else
    hc_stream_resume(end->stream);
}

/* Something to do with an end, also inside its handler. */
static void act(struct storm_end *end)
{
  struct storm *storm = end->storm;

  switch (pick(storm, 24)) {
  case 0:
    close_end(end);
    break;
  case 1:
  case 2:
    toggle_pause(end);
    break;
  case 3:
    if (storm->in_handler) {
      hc_loop_turn(storm->pair.loop, 0, true);
      storm->narrow_turns++;
    }
    break;
  default:
    if (end->is_open)
      write_some(end);
    break;
  }
}

static void act_in_handler(struct storm_end *end)
{
  struct storm *storm = end->storm;

  if (storm->in_handler) { /* on_data in a narrow turn: the application rests */
    write_some(end);
    return;
  }
  storm->in_handler = true;
  act(end);
  storm->in_handler = false;
}

static void on_open(void *user_data)
{
  struct storm_end *end = user_data;

  assert_non_null(end->stream);
  assert_false(end->is_open);
  assert_false(end->storm->in_handler);
  end->is_open = true;
  act_in_handler(end);
}

static void on_data(void *user_data, struct hc_span *in)
{
  struct storm_end *end = user_data;

  assert_non_null(end->stream);
  assert_false(end->is_ended || end->is_paused);
  bool is_narrow = hc_net_is_narrow(end->storm->pair.net);
  assert_int_equal(end->storm->in_handler, is_narrow);
  assert_true(!is_narrow || end->reads_in_narrow);
  assert_true(in->len > 0);
  size_t n = pick(end->storm, 4) == 0 ? in->len - in->len % 7 : in->len;
  for (size_t i = 0; i < n; i++) {
    if (in->ptr[i] != (uint8_t)(end->got + i))
      fail_msg("byte %llu is wrong", (unsigned long long)(end->got + i));
  }
  act_in_handler(end); /* the bytes stay borrowed all the while */
  for (size_t i = 0; i < n; i++) {
    if (in->ptr[i] != (uint8_t)(end->got + i))
      fail_msg("byte %llu changed", (unsigned long long)(end->got + i));
  }
  end->got += n;
  hc_span_drop(in, n);
}

static void on_drain(void *user_data)
{
  struct storm_end *end = user_data;

  assert_non_null(end->stream);
  act_in_handler(end);
}

static void on_end(void *user_data, const struct hc_fault *fault)
{
  struct storm_end *end = user_data;

  assert_non_null(end->stream);
  assert_false(end->is_ended || end->storm->in_handler);
  assert_true(fault->code == 0 || fault->text[0] != '\0');
  end->is_ended = true;
  end->storm->ends_told++;
  close_end(end);
}

static const struct hc_stream_handler handler = { on_open, on_data, on_drain,
                                                  on_end };

static void end_begin(struct storm *storm, struct storm_end *end)
{
  *end = (struct storm_end){ .storm = storm };
}

static void on_accept(void *user_data, struct hc_stream *stream)
{
  struct storm *storm = user_data;

  for (int i = 0; i < ENDS; i++) {
    struct storm_end *end = &storm->servers[i];
    if (end->stream != NULL)
      continue;
    end_begin(storm, end);
    end->stream = stream;
    end->is_open = true;
    hc_stream_set_handler(stream, &handler, end);
    return;
  }
  hc_stream_close(stream, HC_STREAM_ABORT);
}

static void dial(struct storm *storm, struct storm_end *end)
{
  struct hc_dial options = pair_usual_dial(&storm->pair);
  struct hc_fault fault;

  end_begin(storm, end);
  end->reads_in_narrow = pick(storm, 2) == 0;
  options.reads_in_narrow_turns = end->reads_in_narrow;
  assert_int_equal(
      hc_dial(storm->pair.net, &options, &handler, end, &end->stream, &fault),
      0);
}

static void run_storm(struct storm *storm, bool tls)
{
  static const struct hc_listener_handler listener = { on_accept };
  struct pair *pair = &storm->pair;
  struct hc_fault fault;

  pair_listen(pair, tls);
  hc_listener_close(pair->listener);
  const struct hc_listen listen = { .host = "127.0.0.1",
                                    .tls = pair->server_tls,
                                    .handshake_timeout_ms = PAIR_WAIT_MS };
  assert_int_equal(
      hc_listen(pair->net, &listen, &listener, storm, &pair->listener, &fault),
      0);
  for (int step = 0; step < STEPS; step++) {
    unsigned i = pick(storm, ENDS);
    struct storm_end *end =
        pick(storm, 2) == 0 ? &storm->clients[i] : &storm->servers[i];
    if (end->stream != NULL)
      act(end);
    else if (end == &storm->clients[i])
      dial(storm, end);
    hc_loop_turn(pair->loop, 0, false);
  }
}

static void test_a_storm(void **state)
{
  struct storm *storm = hc_alloc_zero(sizeof(*storm));
  const char *seed = getenv("HYCO_SEED");
  bool tls = *(const bool *)*state;

  assert_non_null(storm);
  storm->seed = seed != NULL ? strtoull(seed, NULL, 10) : 1;
  run_storm(storm, tls);
  assert_true(storm->ends_told > 20);
  assert_true(storm->narrow_turns > 20);
  pair_free(&storm->pair); /* with whatever is still open */
  hc_free(storm);
}

int main(void)
{
  static const bool plain = false;
  static const bool tls = true;
  const struct CMUnitTest tests[] = {
    BOTH(test_a_storm),
  };
  return cmocka_run_group_tests(tests, NULL, tls_files_remove);
}
