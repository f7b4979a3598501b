/* Serves each connection with a command. */
#include "exec.h"
#include "child.h"
#include "exec_environment.h"
#include "input.h"
#include "output.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum phase {
  RUNNING,
  HUNG_UP, /* SIGHUP was sent */
  KILLED   /* SIGKILL was sent */
};

/* A command at work for a connection. It may outlive it. */
struct hc_cli_job {
  struct hc_cli_child child;
  struct hc_cli_output to; /* the command's standard input */
  struct hc_cli_input from;
  nfds_t to_place; /* in the wait set */
  nfds_t from_place;
  enum phase phase;
  bool blocked;        /* the connection's queue is full */
  bool dropping;       /* nobody wants what the command still says */
  bool gone;           /* the connection has ended */
  int64_t deadline_ms; /* of the phase; 0: none */
};

static void set_deadline(struct hc_cli_job *job)
{
  job->deadline_ms = hc_cli_now_ms() + HC_CLI_EXEC_GRACE_MS;
}

static void close_input(struct hc_cli_job *job)
{
  hc_cli_child_close_in(&job->child);
  hc_cli_output_deinit(&job->to);
}

/* The command is not wanted any more. */
static void hang_up(struct hc_cli_job *job)
{
  job->dropping = true;
  hc_cli_input_deinit(&job->from);
  close_input(job);
  if (job->phase != RUNNING)
    return;
  hc_cli_child_signal(&job->child, SIGHUP);
  job->phase = HUNG_UP;
  set_deadline(job);
}

/* What a handler returns when the connection has become useless. */
static int failed(struct hc_cli_job *job, int error)
{
  if (error < 0)
    hang_up(job);
  return error;
}

static int start(struct hc_cli_listener *l, struct hc_cli_peer *peer)
{
  struct hc_cli_child_options options = { .command = l->exec,
                                          .takes_input = true,
                                          .is_group = true };
  char **environment = hc_cli_exec_environment(l->receiver, peer->id);
  if (environment == NULL)
    return ENOMEM;
  options.environment = environment;
  int error = hc_cli_child_start(&peer->job->child, &options);
  hc_cli_exec_environment_free(environment);
  return error;
}

static int on_open(struct hc_cli_listener *l, struct hc_cli_peer *peer)
{
  struct hc_cli_job *job = calloc(1, sizeof *job);
  if (job == NULL)
    return HYCO_ENOMEM;
  peer->job = job;
  int error = start(l, peer);
  if (error == 0) {
    hc_cli_output_init(&job->to, job->child.in);
    hc_cli_input_init(&job->from, job->child.out, false);
    return 0;
  }
  hc_cli_say(l->command, "connection %d: cannot start the command: %s",
             peer->id, strerror(error));
  free(job);
  peer->job = NULL;
  hc_cli_listener_let_go(l, peer);
  hc_cli_listener_close(l, peer->id, HC_CLI_CLOSE_COMMAND_FAILED,
                        "the command cannot be started");
  return 0;
}

/* After each use of the command's input; error is a positive errno or 0. */
static int check_input(struct hc_cli_listener *l, struct hc_cli_peer *peer,
                       int error)
{
  struct hc_cli_job *job = peer->job;
  /* A command need not read to the end; its answer still counts. */
  if (error != 0)
    close_input(job);
  if (error != 0 && error != EPIPE)
    return failed(job, HYCO_ENOMEM);
  if (peer->ended && job->to.waiting.len == 0)
    close_input(job);
  return failed(job, hc_cli_listener_pause(l, peer, job->to.waiting.len > 0));
}

static int on_data(struct hc_cli_listener *l, struct hc_cli_peer *peer,
                   const hyco_connection_data_in *e)
{
  struct hc_cli_job *job = peer->job;
  if (job == NULL || job->child.in < 0)
    return 0;
  return check_input(l, peer, hc_cli_output_write(&job->to, e->data, e->len));
}

static int on_end(struct hc_cli_listener *l, struct hc_cli_peer *peer)
{
  peer->ended = true;
  return peer->job != NULL ? check_input(l, peer, 0) : 0;
}

/* Sends what the command has said until the queue is full. */
static int send_output(struct hc_cli_listener *l, struct hc_cli_peer *peer)
{
  struct hc_cli_job *job = peer->job;
  struct hc_cli_message m;
  while (!job->blocked && hc_cli_input_next(&job->from, &m)) {
    int rc = hyco_receiver_send(l->receiver, peer->id, m.data, m.len);
    if (rc == HYCO_EWOULDBLOCK)
      job->blocked = true;
    else if (rc < 0)
      return failed(job, rc);
    else
      hc_cli_input_take(&job->from, &m);
  }
  if (job->from.waiting.len == 0)
    hc_cli_input_deinit(&job->from); /* the idle hold no buffers */
  return 0;
}

static int on_ready(struct hc_cli_listener *l, struct hc_cli_peer *peer)
{
  if (peer->job == NULL)
    return 0;
  peer->job->blocked = false;
  return send_output(l, peer);
}

static bool on_gone(struct hc_cli_listener *l, struct hc_cli_peer *peer)
{
  (void)l;
  if (peer->job == NULL)
    return true;
  peer->job->gone = true;
  hang_up(peer->job);
  return false;
}

const struct hc_cli_service hc_cli_exec_service = {
  .open = on_open,
  .data = on_data,
  .ready = on_ready,
  .end = on_end,
  .gone = on_gone,
};

/* The command has ended: tells the peer how. */
static void finish(struct hc_cli_listener *l, struct hc_cli_peer *peer)
{
  struct hc_cli_job *job = peer->job;
  bool gone = job->gone;
  char text[HC_CLI_CHILD_TEXT_MAX];
  bool well = hc_cli_child_did_well(&job->child, text);

  if (l->verbose)
    hc_cli_say(l->command, "connection %d: %s", peer->id, text);
  close_input(job);
  hc_cli_input_deinit(&job->from);
  hc_cli_child_end(&job->child);
  free(job);
  peer->job = NULL;
  if (gone) {
    hc_cli_listener_forget(l, peer);
    return;
  }
  hc_cli_listener_let_go(l, peer);
  if (well)
    hyco_receiver_disconnect(l->receiver, peer->id);
  else
    hc_cli_listener_close(l, peer->id, HC_CLI_CLOSE_COMMAND_FAILED, text);
}

static bool has_said_all(const struct hc_cli_job *job)
{
  return job->from.end && job->from.waiting.len == 0;
}

/* The command's time is up. */
static void expire(struct hc_cli_listener *l, struct hc_cli_peer *peer)
{
  struct hc_cli_job *job = peer->job;
  job->deadline_ms = 0;
  if (job->phase == HUNG_UP) {
    hc_cli_child_signal(&job->child, SIGKILL);
    job->phase = KILLED;
    if (job->child.exited)
      finish(l, peer);
    return;
  }
  /* The command ended long ago, but not those whom it left behind. */
  hc_cli_child_signal(&job->child, SIGHUP);
  finish(l, peer);
}

static void check_end(struct hc_cli_listener *l, struct hc_cli_peer *peer)
{
  struct hc_cli_job *job = peer->job;
  bool exited = job->child.exited;
  if (exited && (has_said_all(job) || job->phase == KILLED))
    finish(l, peer);
  else if (job->deadline_ms != 0 && hc_cli_now_ms() >= job->deadline_ms)
    expire(l, peer);
  else if (exited && job->deadline_ms == 0 && job->from.waiting.len == 0)
    set_deadline(job);
}

static int read_output(struct hc_cli_job *job)
{
  if (job->phase == RUNNING)
    job->deadline_ms = 0;
  int error = hc_cli_input_read(&job->from);
  if (job->dropping)
    hc_cli_input_deinit(&job->from);
  return error == 0 ? 0 : failed(job, HYCO_ENOMEM);
}

/* What all peers are visited with. */
struct visit {
  struct hc_cli_listener *l;
  struct hc_cli_wait_set *set;
  const struct hc_cli_wait_set *results;
  bool child_ended;
};

static void work(struct hc_cli_peer *peer, void *user_data)
{
  const struct visit *v = user_data;
  struct hc_cli_listener *l = v->l;
  struct hc_cli_job *job = peer->job;
  int rc = 0;
  if (job == NULL)
    return;
  if (hc_cli_wait_result(v->results, job->to_place) != 0)
    rc = check_input(l, peer, hc_cli_output_flush(&job->to));
  if (rc == 0 && hc_cli_wait_result(v->results, job->from_place) != 0)
    rc = read_output(job);
  if (rc == 0)
    rc = send_output(l, peer);
  if (rc < 0)
    hc_cli_listener_give_up(l, peer, rc);
  job->to_place = job->from_place = 0;
  if (v->child_ended)
    hc_cli_child_has_exited(&job->child);
  check_end(l, peer);
}

void hc_cli_exec_work(struct hc_cli_listener *l,
                      const struct hc_cli_wait_set *set, bool child_ended)
{
  struct visit v = { .l = l, .results = set, .child_ended = child_ended };
  if (l->exec == NULL) /* not a turn over peers that have no command */
    return;
  hc_cli_peers_each(&l->peers, work, &v);
}

static void watch(struct hc_cli_peer *peer, void *user_data)
{
  const struct visit *v = user_data;
  struct hc_cli_job *job = peer->job;
  if (job == NULL)
    return;
  int to = job->to.waiting.len > 0 ? job->child.in : -1;
  int from = job->blocked && !job->dropping ? -1 : job->child.out;
  job->to_place = hc_cli_wait_for(v->set, to, POLLOUT);
  job->from_place = hc_cli_wait_for(v->set, job->from.end ? -1 : from, POLLIN);
  hc_cli_wait_until(v->set, job->deadline_ms);
}

void hc_cli_exec_watch(struct hc_cli_listener *l, struct hc_cli_wait_set *set)
{
  struct visit v = { .l = l, .set = set };
  if (l->exec == NULL)
    return;
  hc_cli_peers_each(&l->peers, watch, &v);
}

static void stop(struct hc_cli_peer *peer, void *user_data)
{
  (void)user_data;
  if (peer->job != NULL)
    hang_up(peer->job);
}

void hc_cli_exec_stop(struct hc_cli_listener *l)
{
  hc_cli_peers_each(&l->peers, stop, NULL);
}

static void note_job(struct hc_cli_peer *peer, void *user_data)
{
  bool *is_busy = user_data;
  *is_busy = *is_busy || peer->job != NULL;
}

bool hc_cli_exec_is_busy(const struct hc_cli_listener *l)
{
  bool is_busy = false;
  hc_cli_peers_each(&l->peers, note_job, &is_busy);
  return is_busy;
}

static void kill_job(struct hc_cli_peer *peer, void *user_data)
{
  (void)user_data;
  if (peer->job == NULL)
    return;
  hang_up(peer->job);
  hc_cli_child_end(&peer->job->child);
  free(peer->job);
  peer->job = NULL;
}

void hc_cli_exec_kill(struct hc_cli_listener *l)
{
  hc_cli_peers_each(&l->peers, kill_job, NULL);
}
