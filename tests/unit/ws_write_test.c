/* Heads of protocol/ws.h */
#include "support/check.h"

#include "protocol/ws.h"
#include "support/guard_page.h"

static void each_length_takes_its_shortest_form(void **state)
{
  (void)state; /* RFC 6455 5.2 */
  const struct {
    uint64_t len;
    size_t size;
    const char *bytes;
  } cases[] = {
    { 0, 2, "\x82\x00" },
    { 125, 2, "\x82\x7d" },
    { 126, 4, "\x82\x7e\x00\x7e" },
    { 65535, 4, "\x82\x7e\xff\xff" },
    { 65536, 10, "\x82\x7f\0\0\0\0\0\x01\0\0" },
    { INT64_MAX, 10, "\x82\x7f\x7f\xff\xff\xff\xff\xff\xff\xff" },
  };
  struct guard_page page;
  guard_page_init(&page, HC_WS_HEAD_MAX);
  for (size_t i = 0; i < CHECK_COUNT(cases); i++) {
    struct hc_ws_head head = { .opcode = HC_WS_BINARY,
                               .fin = true,
                               .len = cases[i].len };
    uint8_t *dst = guard_page_tail(&page, cases[i].size);
    assert_int_equal(hc_ws_head_size(&head), cases[i].size);
    assert_int_equal(hc_ws_write_head(dst, &head), cases[i].size);
    assert_memory_equal(dst, cases[i].bytes, cases[i].size);
  }
  guard_page_deinit(&page);
}

static void rfc_6455_5_7_masked_hello(void **state)
{
  (void)state;
  const struct hc_ws_head head = {
    HC_WS_TEXT, true, true, { 0x37, 0xfa, 0x21, 0x3d }, 5
  };
  uint8_t frame[HC_WS_HEAD_MAX + 5];
  size_t n = hc_ws_write_head(frame, &head);
  hc_ws_mask(frame + n, (const uint8_t *)"Hello", 5, head.mask, 0);
  assert_int_equal(n, 6);
  assert_memory_equal(frame, "\x81\x85\x37\xfa\x21\x3d\x7f\x9f\x4d\x51\x58",
                      11);
}

static void what_is_written_is_read_back(void **state)
{
  (void)state;
  const uint64_t lens[] = { 1, 125, 126, 65535, 65536, INT64_MAX };
  const enum hc_ws_opcode opcodes[] = { HC_WS_TEXT, HC_WS_BINARY };
  for (size_t i = 0; i < CHECK_COUNT(lens) * 8; i++) {
    struct hc_ws_head head = { .opcode = opcodes[i / 4 % 2],
                               .fin = i % 2 == 0,
                               .masked = i / 2 % 2 == 0,
                               .len = lens[i / 8] };
    if (head.masked)
      memcpy(head.mask, "mask", 4);
    uint8_t bytes[HC_WS_HEAD_MAX + 1] = { 0 };
    size_t n = hc_ws_write_head(bytes, &head);
    struct hc_span in = hc_span_of(bytes, n + 1);
    struct hc_ws_reader reader;
    struct hc_ws_chunk chunk;
    hc_ws_reader_init(&reader,
                      head.masked ? HC_WS_FROM_CLIENT : HC_WS_FROM_SERVER);
    assert_int_equal(hc_ws_read(&reader, &in, &chunk), 1);
    assert_int_equal(chunk.head.opcode, head.opcode);
    assert_int_equal(chunk.head.fin, head.fin);
    assert_int_equal(chunk.head.masked, head.masked);
    assert_memory_equal(chunk.head.mask, head.mask, 4);
    assert_true(chunk.head.len == head.len);
  }
}

static void the_longest_head_fits_into_its_constant(void **state)
{
  (void)state;
  struct hc_ws_head head = { .opcode = HC_WS_BINARY,
                             .masked = true,
                             .len = INT64_MAX };
  assert_int_equal(hc_ws_head_size(&head), HC_WS_HEAD_MAX);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(each_length_takes_its_shortest_form),
    cmocka_unit_test(rfc_6455_5_7_masked_hello),
    cmocka_unit_test(what_is_written_is_read_back),
    cmocka_unit_test(the_longest_head_fits_into_its_constant),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
