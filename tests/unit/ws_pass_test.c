/* hc_ws_pass_frames of protocol/ws.h */
#include "support/check.h"

#include "protocol/ws.h"
#include "support/ws_passing.h"

#include <hyco/error.h>

#define BYTES(literal) hc_span_of(literal, sizeof(literal) - 1)

/* However the input is cut, and however its frames are passed on. */
static void check_passing(struct hc_span input, const char *out, size_t out_len,
                          size_t n_read)
{
  struct ws_passing p;

  ws_passing_run(&p, HC_WS_FROM_CLIENT, input, input.len, true);
  assert_int_equal(hc_buffer_len(&p.out), out_len);
  assert_memory_equal(hc_buffer_span(&p.out).ptr, out, out_len);
  assert_int_equal(p.n_read, n_read);
  ws_passing_deinit(&p);
  for (size_t piece = 1; piece <= input.len; piece++)
    assert_true(ws_passing_is_same(HC_WS_FROM_CLIENT, input, piece));
}

#define CHECK_PASSING(input, out, n_read) \
  check_passing(BYTES(input), out, sizeof(out) - 1, n_read)

static void whole_frames_are_passed_on_in_one_go(void **state)
{
  (void)state;
  CHECK_PASSING("\x81\x85\x37\xfa\x21\x3d\x7f\x9f\x4d\x51\x58"
                "\x82\x80mask"
                "\x82\x81\x01\x01\x01\x01\x60",
                "\x81\x05Hello\x82\x00\x82\x01"
                "a",
                0);
}

static void the_parts_of_a_message_are_passed_on(void **state)
{
  (void)state;
  CHECK_PASSING("\x01\x81\0\0\0\0"
                "a"
                "\x80\x81\0\0\0\0"
                "b",
                "\x01\x01"
                "a\x80\x01"
                "b",
                0);
}

static void a_control_frame_is_left_to_hc_ws_read(void **state)
{
  (void)state;
  CHECK_PASSING("\x01\x81\0\0\0\0"
                "a"
                "\x89\x81\0\0\0\0"
                "p"
                "\x80\x81\0\0\0\0"
                "b",
                "\x01\x01"
                "a\x89\x01p\x80\x01"
                "b",
                1);
}

static void a_frame_that_is_not_whole_is_left_to_hc_ws_read(void **state)
{
  (void)state;
  CHECK_PASSING("\x82\x81\0\0\0\0"
                "a"
                "\x82\x83\0\0\0\0"
                "bc",
                "\x82\x01"
                "a\x82\x03"
                "bc",
                1);
}

static void a_broken_frame_is_left_to_hc_ws_read(void **state)
{
  static const char frames[] = "\x82\x81\0\0\0\0"
                               "a"
                               "\x80\x80\0\0\0\0"; /* nothing to continue */
  struct ws_passing p;

  (void)state;
  ws_passing_run(&p, HC_WS_FROM_CLIENT, BYTES(frames), sizeof frames, true);
  assert_int_equal(p.rc, HYCO_EPROTOCOL);
  check_span(hc_buffer_span(&p.out), "\x82\x01"
                                     "a");
  assert_int_equal(p.left, 6);
  ws_passing_deinit(&p);
  assert_true(ws_passing_is_same(HC_WS_FROM_CLIENT, BYTES(frames), 1));
}

static void frames_of_every_form_of_length_are_passed_on(void **state)
{
  static const size_t lens[] = { 125, 126, 65535, 65536 };
  static uint8_t frame[HC_WS_HEAD_MAX + 65536];
  struct ws_passing p;

  (void)state;
  for (size_t i = 0; i < sizeof lens / sizeof lens[0]; i++) {
    struct hc_ws_head head = { .opcode = HC_WS_BINARY,
                               .fin = true,
                               .masked = true,
                               .len = lens[i],
                               .mask = { 1, 2, 3, 4 } };
    size_t size = hc_ws_write_head(frame, &head);
    memset(frame + size, 0x55, lens[i]);
    struct hc_span in = hc_span_of(frame, size + lens[i]);
    ws_passing_run(&p, HC_WS_FROM_CLIENT, in, in.len, true);
    assert_int_equal(p.n_read, 0);
    assert_int_equal(hc_buffer_len(&p.out), in.len - 4); /* but the mask */
    ws_passing_deinit(&p);
    assert_true(ws_passing_is_same(HC_WS_FROM_CLIENT, in, in.len));
  }
}

static void a_servers_frames_are_passed_on_as_they_are(void **state)
{
  struct hc_span in = BYTES("\x81\x05Hello\x82\x00");
  struct ws_passing p;

  (void)state;
  ws_passing_run(&p, HC_WS_FROM_SERVER, in, in.len, true);
  assert_true(hc_span_equal(hc_buffer_span(&p.out), in));
  assert_int_equal(p.n_read, 0);
  ws_passing_deinit(&p);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(whole_frames_are_passed_on_in_one_go),
    cmocka_unit_test(the_parts_of_a_message_are_passed_on),
    cmocka_unit_test(a_control_frame_is_left_to_hc_ws_read),
    cmocka_unit_test(a_frame_that_is_not_whole_is_left_to_hc_ws_read),
    cmocka_unit_test(a_broken_frame_is_left_to_hc_ws_read),
    cmocka_unit_test(frames_of_every_form_of_length_are_passed_on),
    cmocka_unit_test(a_servers_frames_are_passed_on_as_they_are),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
