/* The connections of hyco listen: found, visited and forgotten by their ids. */
#include "support/check.h"

#include "peer.h"

enum { N = 5000 };

static void nobody_is_found_in_an_empty_table(void **state)
{
  struct hc_cli_peers peers = { 0 };

  (void)state;
  assert_null(hc_cli_peers_find(&peers, 1));
  hc_cli_peers_remove(&peers, 1);
  hc_cli_peers_free(&peers);
}

static void add(struct hc_cli_peers *peers, int n)
{
  for (int id = 1; id <= n; id++)
    assert_non_null(hc_cli_peers_add(peers, id));
}

static void each_is_found_by_its_id(void **state)
{
  struct hc_cli_peers peers = { 0 };

  (void)state;
  add(&peers, N);
  assert_int_equal(peers.n, N);
  for (int id = 1; id <= N; id++)
    assert_int_equal(hc_cli_peers_find(&peers, id)->id, id);
  assert_null(hc_cli_peers_find(&peers, N + 1));
  hc_cli_peers_free(&peers);
  assert_int_equal(peers.n, 0);
}

/* A message looks its connection up: with 10,000 of them that was a third of
 * all that the receiver did, when the table did not grow. */
static void chains_stay_short_when_there_are_many(void **state)
{
  struct hc_cli_peers peers = { 0 };
  size_t longest = 0;

  (void)state;
  add(&peers, N);
  for (size_t i = 0; i < peers.n_buckets; i++) {
    size_t len = 0;
    for (struct hc_cli_peer *p = peers.buckets[i]; p != NULL; p = p->next)
      len++;
    longest = len > longest ? len : longest;
  }
  assert_int_equal(longest, 1); /* their ids count up */
  hc_cli_peers_free(&peers);
}

static void one_that_left_is_not_found(void **state)
{
  struct hc_cli_peers peers = { 0 };

  (void)state;
  add(&peers, N);
  for (int id = 1; id <= N; id += 2)
    hc_cli_peers_remove(&peers, id);
  assert_int_equal(peers.n, N / 2);
  for (int id = 1; id <= N; id++)
    assert_int_equal(hc_cli_peers_find(&peers, id) != NULL, id % 2 == 0);
  hc_cli_peers_free(&peers);
}

struct visit {
  struct hc_cli_peers *peers;
  int n;
};

static void leave(struct hc_cli_peer *peer, void *user_data)
{
  struct visit *visit = user_data;

  visit->n++;
  hc_cli_peers_remove(visit->peers, peer->id);
}

static void each_is_visited_once_and_may_leave(void **state)
{
  struct hc_cli_peers peers = { 0 };
  struct visit visit = { &peers, 0 };

  (void)state;
  add(&peers, N);
  hc_cli_peers_each(&peers, leave, &visit);
  assert_int_equal(visit.n, N);
  assert_int_equal(peers.n, 0);
  hc_cli_peers_free(&peers);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(nobody_is_found_in_an_empty_table),
    cmocka_unit_test(each_is_found_by_its_id),
    cmocka_unit_test(chains_stay_short_when_there_are_many),
    cmocka_unit_test(one_that_left_is_not_found),
    cmocka_unit_test(each_is_visited_once_and_may_leave),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
