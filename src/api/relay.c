/* hyco/relay.h: a relay on a thread of its own. */
#include "api/relay_instance.h"

#include "io/loop.h"
#include <semaphore.h>
#include <signal.h>
#include <stdio.h>

static void on_stopped(void *user_data)
{
  struct hyco_relay *relay = user_data;
  relay->stopped = true;
}

static void *run(void *user_data)
{
  struct hyco_relay *relay = user_data;

  while (!atomic_load(&relay->must_stop))
    (void)hc_loop_turn(relay->loop, -1, false);
  hc_relay_stop(relay->core, on_stopped, relay);
  while (!relay->stopped)
    (void)hc_loop_turn(relay->loop, -1, false);
  return NULL;
}

/* Signals are the application's: its own threads take them. */
static int start_thread(struct hyco_relay *relay)
{
  static const int faults[] = { SIGBUS, SIGFPE, SIGILL, SIGSEGV };
  sigset_t others;
  sigset_t before;

  (void)sigfillset(&others);
  for (size_t i = 0; i < sizeof faults / sizeof *faults; i++)
    (void)sigdelset(&others, faults[i]);
  (void)pthread_sigmask(SIG_SETMASK, &others, &before);
  int rc = pthread_create(&relay->thread, NULL, run, relay);
  (void)pthread_sigmask(SIG_SETMASK, &before, NULL);
  return rc;
}

static void tell(char *text, size_t size, const struct hc_fault *fault)
{
  if (text != NULL && size > 0)
    (void)snprintf(text, size, "%s", fault->text);
}

int hyco_relay_start(const hyco_relay_options *options, hyco_relay **out)
{
  static const hyco_relay_options none = { 0 };
  struct hc_fault fault = { 0 };

  if (out == NULL)
    return HYCO_EINVALID;
  if (options == NULL)
    options = &none;
  struct hyco_relay *relay = hc_relay_instance_new();
  if (relay == NULL)
    return HYCO_ENOMEM;
  int rc = hc_relay_instance_open(relay, options, &fault);
  if (rc == 0 && start_thread(relay) != 0)
    rc = hc_fault_set(&fault, HYCO_ENOMEM, "no thread can be started");
  if (rc == 0) {
    *out = relay;
    return 0;
  }
  tell(options->error_text, options->error_text_size, &fault);
  hc_relay_instance_free(relay);
  return rc;
}

/* --- reading again --- */

/* What the caller has read, for the relay's thread. */
struct reload {
  struct hyco_relay *relay;
  struct hc_relay_setup setup;
  int rc;
  struct hc_fault fault;
  sem_t done;
};

static bool is_same(const char *a, const char *b)
{
  return a == NULL || b == NULL ? a == b : strcmp(a, b) == 0;
}

static bool needs_restart(const struct hc_relay_setup *old,
                          const struct hc_relay_setup *new)
{
  return !is_same(old->listen, new->listen) || !is_same(old->dir, new->dir) ||
         !hc_relay_instance_same_tls(old, new) ||
         !is_same(old->public_url, new->public_url);
}

/* On the relay's thread. */
static void take(void *user_data)
{
  struct reload *reload = user_data;
  struct hyco_relay *relay = reload->relay;
  char line[HC_FAULT_TEXT_MAX + 64];

  if (reload->rc == 0)
    reload->rc = hc_relay_instance_take(relay, &reload->setup, &reload->fault);
  if (reload->rc != 0) {
    (void)snprintf(line, sizeof line, "ConfigurationKept: %s",
                   reload->fault.text);
    hc_relay_instance_log(relay, line);
  } else {
    hc_relay_instance_log(relay,
                          needs_restart(&relay->setup, &reload->setup)
                              ? "ConfigurationReloaded: listen, public_url "
                                "and how TLS is done change with a "
                                "restart"
                              : "ConfigurationReloaded");
  }
  (void)sem_post(&reload->done);
}

int hyco_relay_reload(hyco_relay *relay, char *error_text,
                      size_t error_text_size)
{
  struct reload reload = { .relay = relay };

  if (relay == NULL)
    return HYCO_EINVALID;
  (void)sem_init(&reload.done, 0, 0);
  reload.rc =
      hc_relay_setup_read(&relay->options, &reload.setup, &reload.fault);
  int rc = hc_loop_post(relay->loop, take, &reload);
  if (rc < 0)
    hc_fault_set(&reload.fault, rc, "%s", hyco_strerror(rc));
  while (rc == 0 && sem_wait(&reload.done) != 0)
    continue; /* a signal came */
  (void)sem_destroy(&reload.done);
  hc_relay_setup_deinit(&reload.setup);
  if (rc == 0)
    rc = reload.rc;
  if (rc != 0)
    tell(error_text, error_text_size, &reload.fault);
  return rc;
}

/* --- what there is to know --- */

const char *hyco_relay_url(const hyco_relay *relay)
{
  return relay->url;
}

const char *hyco_relay_ca_file(const hyco_relay *relay)
{
  return relay->ca_file;
}

const char *hyco_relay_connection_string_file(const hyco_relay *relay)
{
  return relay->connection_string_file;
}

const char *hyco_relay_connection_string(const hyco_relay *relay)
{
  return relay->connection_string;
}

/* --- the end --- */

void hyco_relay_stop(hyco_relay *relay)
{
  if (relay == NULL)
    return;
  atomic_store(&relay->must_stop, true); /* needs no memory, as a post would */
  hc_loop_wake(relay->loop);
  (void)pthread_join(relay->thread, NULL);
  hc_relay_instance_free(relay);
}
