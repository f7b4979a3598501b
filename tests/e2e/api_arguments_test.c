/* What every function says to NULL where something has to be, and to a lack of
 * memory. */
#include "support/check.h"

#include "support/alloc_trap.h"
#include <hyco/hyco.h>
#include <stdio.h>
#include <stdlib.h>

enum { ALLOCATIONS_MAX = 200 };

static void nothing_to_write_to_is_invalid(void **state)
{
  hyco_loop *loop = NULL;
  char *token;

  (void)state;
  assert_int_equal(hyco_loop_new(NULL), HYCO_EINVALID);
  assert_int_equal(hyco_receiver_new(NULL, NULL, NULL, NULL), HYCO_EINVALID);
  assert_int_equal(hyco_sender_new(NULL, NULL, NULL, NULL), HYCO_EINVALID);
  assert_int_equal(hyco_relay_start(NULL, NULL), HYCO_EINVALID);
  assert_int_equal(hyco_token_new(NULL, "e", "n", "k", 1, &token),
                   HYCO_EINVALID);
  assert_int_equal(hyco_token_new("h", "e", "n", "k", 1, NULL), HYCO_EINVALID);
  assert_int_equal(hyco_loop_new(&loop), 0);
  assert_int_equal(hyco_loop_post(loop, NULL, NULL), HYCO_EINVALID);
  hyco_loop_free(loop);
}

static void freeing_nothing_is_fine(void **state)
{
  (void)state;
  hyco_loop_free(NULL);
  hyco_receiver_free(NULL);
  hyco_sender_free(NULL);
  hyco_relay_stop(NULL);
  hyco_token_free(NULL);
}

static void values_that_are_not_there_are_refused(void **state)
{
  hyco_sender *sender = NULL;
  const char *text;
  bool flag;

  (void)state;
  assert_int_equal(hyco_sender_new(NULL, NULL, NULL, &sender), 0);
  assert_int_equal(hyco_sender_get_string(sender, HYCO_HYBRID_CONNECTION, NULL),
                   HYCO_EINVALID);
  assert_int_equal(
      hyco_sender_get_string(sender, HYCO_HYBRID_CONNECTION, &text), 0);
  assert_string_equal(text, "");
  assert_int_equal(hyco_sender_get_bool(sender, HYCO_CONNECTED, &flag), 0);
  assert_false(flag);
  assert_int_equal(hyco_sender_add_header(sender, NULL, "v"), HYCO_EBADVALUE);
  assert_int_equal(hyco_sender_add_header(sender, "N", NULL), HYCO_EBADVALUE);
  assert_int_equal(hyco_sender_send(sender, "x", 1), HYCO_ENOTCONNECTED);
  hyco_sender_free(sender);
}

static void a_tokens_entity_needs_no_slash(void **state)
{
  char *with = NULL;
  char *without = NULL;

  (void)state;
  assert_int_equal(hyco_token_new("sb://h", "/e", "n", "k", 1, &with), 0);
  assert_int_equal(hyco_token_new("h", "e", "n", "k", 1, &without), 0);
  assert_string_equal(with, without);
  hyco_token_free(with);
  hyco_token_free(without);
  assert_int_equal(hyco_token_new("h:x", "e", "n", "k", 1, &with),
                   HYCO_EBADURL);
}

static int make_loop(void)
{
  hyco_loop *loop = NULL;
  int rc = hyco_loop_new(&loop);
  hyco_loop_free(loop);
  return rc;
}

static int make_receiver(void)
{
  hyco_receiver *receiver = NULL;
  int rc = hyco_receiver_new(NULL, NULL, NULL, &receiver);
  hyco_receiver_free(receiver);
  return rc;
}

static int make_sender(void)
{
  hyco_sender *sender = NULL;
  int rc = hyco_sender_new(NULL, NULL, NULL, &sender);
  hyco_sender_free(sender);
  return rc;
}

static int make_token(void)
{
  char *token = NULL;
  int rc = hyco_token_new("h", "e", "n", "k", 1, &token);
  hyco_token_free(token);
  return rc;
}

/* Each allocation in turn: an error, and nothing is left. */
static void without_memory_nothing_is_made(void **state)
{
  static int (*const makers[])(void) = { make_loop, make_receiver, make_sender,
                                         make_token };

  (void)state;
  for (size_t i = 0; i < CHECK_COUNT(makers); i++) {
    size_t n = 0;
    bool has_failed;
    do {
      alloc_trap_set(n++);
      int rc = makers[i]();
      has_failed = alloc_trap_clear();
      assert_int_equal(rc, has_failed ? HYCO_ENOMEM : 0);
      assert_int_equal(alloc_trap_live(), 0);
    } while (has_failed && n < ALLOCATIONS_MAX);
    assert_in_range(n, 2, ALLOCATIONS_MAX - 1);
  }
}

/* It cannot say that it did not stop, and then its owner is gone. */
static void a_relay_stops_without_memory(void **state)
{
  char dir[] = "/tmp/hyco-api-XXXXXX";
  hyco_relay_options options = { .dir = dir };
  char command[64];
  hyco_relay *relay = NULL;

  (void)state;
  assert_non_null(mkdtemp(dir));
  for (int i = 0; i < 2; i++) { /* one relay at a time has this directory */
    assert_int_equal(hyco_relay_start(&options, &relay), 0);
    alloc_trap_set_for_good(0);
    hyco_relay_stop(relay);
    (void)alloc_trap_clear();
    assert_int_equal(alloc_trap_live(), 0);
  }
  (void)snprintf(command, sizeof command, "rm -r '%s'", dir);
  assert_int_equal(system(command), 0); /* NOLINT(cert-env33-c): our own */
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(nothing_to_write_to_is_invalid),
    cmocka_unit_test(freeing_nothing_is_fine),
    cmocka_unit_test(values_that_are_not_there_are_refused),
    cmocka_unit_test(a_tokens_entity_needs_no_slash),
    cmocka_unit_test(without_memory_nothing_is_made),
    cmocka_unit_test(a_relay_stops_without_memory),
  };
  return cmocka_run_group_tests_name("api_arguments", tests, NULL, NULL);
}
