/* hyco/relay.h: a relay in this process, its file read again. */
#include "support/check.h"

#include <hyco/hyco.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <unistd.h>

struct world {
  char dir[64];
  char config[96];
  pthread_mutex_t lock;
  char log[4096]; /* of the relay's thread; under lock */
};

static void on_log(void *user_data, const char *line)
{
  struct world *w = user_data;

  pthread_mutex_lock(&w->lock);
  size_t len = strlen(w->log);
  snprintf(w->log + len, sizeof w->log - len, "%s\n", line);
  pthread_mutex_unlock(&w->lock);
}

static bool logged(struct world *w, const char *words)
{
  pthread_mutex_lock(&w->lock);
  bool found = strstr(w->log, words) != NULL;
  pthread_mutex_unlock(&w->lock);
  return found;
}

static void write_config(const struct world *w, const char *text)
{
  FILE *file = fopen(w->config, "w");

  assert_non_null(file);
  assert_true(fputs(text, file) >= 0);
  assert_int_equal(fclose(file), 0);
}

static void world_init(struct world *w)
{
  memset(w, 0, sizeof *w);
  snprintf(w->dir, sizeof w->dir, "/tmp/hyco-api-relay-XXXXXX");
  assert_non_null(mkdtemp(w->dir));
  snprintf(w->config, sizeof w->config, "%s/relay.yaml", w->dir);
  assert_int_equal(pthread_mutex_init(&w->lock, NULL), 0);
}

static void world_deinit(struct world *w)
{
  char command[128];

  pthread_mutex_destroy(&w->lock);
  snprintf(command, sizeof command, "rm -r %s", w->dir);
  assert_int_equal(system(command), 0);
}

static void a_file_is_read_again(void **state)
{
  struct world w;
  hyco_relay *relay;
  char why[256] = "";

  (void)state;
  world_init(&w);
  write_config(&w, "entities: [{name: a}]\ntls: {off: true}\n");
  char config[96];
  memcpy(config, w.config, sizeof config);
  const hyco_relay_options options = { .config = config,
                                       .dir = w.dir,
                                       .on_log = on_log,
                                       .user_data = &w,
                                       .error_text = why,
                                       .error_text_size = sizeof why };
  assert_int_equal(hyco_relay_start(&options, &relay), 0);
  memset(config, 'x', sizeof config - 1); /* everything was copied */
  memset(why, 0, sizeof why);

  assert_int_equal(hyco_relay_reload(relay, why, sizeof why), 0);
  assert_string_equal(why, "");
  assert_true(logged(&w, "ConfigurationReloaded\n"));

  write_config(&w, "entities: [{name: a}, {name: A}]\ntls: {off: true}\n");
  assert_int_equal(hyco_relay_reload(relay, why, sizeof why), HYCO_EBADVALUE);
  assert_non_null(strstr(why, "the entity A is there twice"));
  assert_true(logged(&w, "ConfigurationKept: the entity A is there twice\n"));

  write_config(&w, "entitie: []\n");
  assert_int_equal(hyco_relay_reload(relay, NULL, 0), HYCO_EBADVALUE);
  assert_true(logged(&w, "relay.yaml:1: unknown key \"entitie\""));

  assert_int_equal(unlink(w.config), 0);
  assert_int_equal(hyco_relay_reload(relay, why, 0), HYCO_EFILE);

  write_config(&w, "settings: {AcceptTimeout: 5}\n"); /* tls changed */
  assert_int_equal(hyco_relay_reload(relay, why, sizeof why), 0);
  assert_true(logged(&w, "ConfigurationReloaded: listen, public_url and"));
  hyco_relay_stop(relay);
  world_deinit(&w);
}

static void nothing_to_reload_is_an_error(void **state)
{
  (void)state;
  assert_int_equal(hyco_relay_reload(NULL, NULL, 0), HYCO_EINVALID);
}

static void the_connection_string_is_of_the_first_namespace(void **state)
{
  struct world w;
  hyco_relay *relay;

  (void)state;
  world_init(&w);
  write_config(&w, "namespaces:\n"
                   "- host: east.example\n"
                   "  rules: [{name: r, key: k, rights: Listen}]\n"
                   "- host: west.example\n");
  const hyco_relay_options options = { .config = w.config, .dir = w.dir };
  assert_int_equal(hyco_relay_start(&options, &relay), 0);
  const char *text = hyco_relay_connection_string(relay);
  assert_ptr_equal(strstr(text, "Endpoint=sb://east.example:"), text);
  assert_non_null(strstr(text, ";SharedAccessKeyName=r;SharedAccessKey=k"));
  hyco_relay_stop(relay);
  world_deinit(&w);
}

/* A signal that the application blocks waits for it: the relay's thread does
 * not take it instead. */
static void signals_are_left_to_the_application(void **state)
{
  struct world w;
  hyco_relay *relay;
  sigset_t signals;
  int got = 0;

  (void)state;
  world_init(&w);
  const hyco_relay_options options = { .dir = w.dir };
  assert_int_equal(hyco_relay_start(&options, &relay), 0);
  sigemptyset(&signals);
  sigaddset(&signals, SIGUSR1);
  assert_int_equal(pthread_sigmask(SIG_BLOCK, &signals, NULL), 0);
  assert_int_equal(kill(getpid(), SIGUSR1), 0);
  assert_int_equal(sigwait(&signals, &got), 0);
  assert_int_equal(got, SIGUSR1);
  assert_int_equal(pthread_sigmask(SIG_UNBLOCK, &signals, NULL), 0);
  hyco_relay_stop(relay);
  world_deinit(&w);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(a_file_is_read_again),
    cmocka_unit_test(nothing_to_reload_is_an_error),
    cmocka_unit_test(signals_are_left_to_the_application),
    cmocka_unit_test(the_connection_string_is_of_the_first_namespace),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
