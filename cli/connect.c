/* hyco connect: standard input to a connection, and the connection to standard
 * output. */
#include "input.h"
#include "output.h"
#include "target.h"
#include "wait.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

struct connect_values {
  struct hc_cli_target target;
  bool text;
  long quiet_s;
};

static const struct hc_cli_option options[] = {
  { .name = "text",
    .kind = HC_CLI_FLAG,
    .offset = offsetof(struct connect_values, text),
    .help = "a line is a text message, both ways (empty lines are\n"
            "not sent)" },
  { .name = "quiet",
    .letter = 'q',
    .kind = HC_CLI_NUMBER,
    .offset = offsetof(struct connect_values, quiet_s),
    .value = "SECONDS",
    .help = "at the end of input wait until nothing has come for so\n"
            "long; -1: until the peer closes",
    .min = -1,
    .max = 86400 },
};

struct connection {
  const struct hc_cli_command *command;
  hyco_sender *sender;
  bool text;
  bool verbose;
  long quiet_s;
  struct hc_cli_input input;
  struct hc_cli_output output;
  bool blocked;    /* the queue is full until on_ready_to_send */
  bool paused;     /* nothing comes until standard output has taken it all */
  bool peer_ended; /* the peer sends no more */
  bool closing;    /* we send no more */
  bool over;       /* the connection is gone */
  bool failed;
  int64_t last_ms; /* when something came or left last */
};

/* What follows cannot be done any more; the connection ends at once. */
static void give_up(struct connection *c, const char *what, const char *why)
{
  if (!c->failed)
    hc_cli_say(c->command, "%s: %s", what, why);
  c->failed = true;
  c->over = true;
}

static void set_paused(struct connection *c, bool paused)
{
  if (c->paused == paused)
    return;
  c->paused = paused;
  hyco_sender_set_bool(c->sender, HYCO_CONNECTION_ACCEPT_DATA, !paused);
}

/* After each use of the output; error is a positive errno or 0. */
static void check_output(struct connection *c, int error)
{
  if (error != 0)
    give_up(c, "standard output", strerror(error));
  c->last_ms = hc_cli_now_ms();
  set_paused(c, c->output.waiting.len > 0);
}

static void on_data_in(hyco_sender *s, const hyco_data_in *e, void *user_data)
{
  struct connection *c = user_data;
  (void)s;
  if (e->data_format == HYCO_FORMAT_PONG || c->failed)
    return;
  int error = hc_cli_output_write(&c->output, e->data, e->len);
  if (error == 0 && c->text && e->eom)
    error = hc_cli_output_write(&c->output, "\n", 1);
  check_output(c, error);
}

static void on_ready_to_send(hyco_sender *s, void *user_data)
{
  struct connection *c = user_data;
  (void)s;
  c->blocked = false;
}

/* Says what the connection ended with, an error once. */
static void check_close(struct connection *c, const char *what,
                        const hyco_disconnected *e)
{
  bool clean = hc_cli_close_is_clean(e->status_code);
  if (c->verbose || (!clean && !c->failed))
    hc_cli_say(c->command, "%s: %d%s%s", what, e->status_code,
               *e->description != '\0' ? " " : "", e->description);
  c->failed = c->failed || !clean;
}

static void on_end(hyco_sender *s, const hyco_disconnected *e, void *user_data)
{
  struct connection *c = user_data;
  (void)s;
  c->peer_ended = true;
  check_close(c, "closed by the peer", e);
}

static void on_disconnected(hyco_sender *s, const hyco_disconnected *e,
                            void *user_data)
{
  struct connection *c = user_data;
  (void)s;
  c->over = true;
  check_close(c, "closed", e);
}

/* Of more than passing interest only if it ends the connection; on_disconnected
 * then tells as much. */
static void on_error(hyco_sender *s, const hyco_error_event *e, void *user_data)
{
  struct connection *c = user_data;
  (void)s;
  hc_cli_error(c->command, "error", e->error_code, e->description);
}

static void on_certificate(hyco_sender *s, hyco_ssl_server_authentication *e,
                           void *user_data)
{
  (void)s;
  (void)user_data;
  e->accept = true; /* --insecure */
}

static void on_log(hyco_sender *s, const hyco_log *e, void *user_data)
{
  struct connection *c = user_data;
  (void)s;
  hc_cli_say(c->command, "%s: %s", e->log_type, e->message);
}

static hyco_sender_events events_for(const struct hc_cli_target *target)
{
  return (hyco_sender_events){
    .on_ready_to_send = on_ready_to_send,
    .on_data_in = on_data_in,
    .on_end = on_end,
    .on_disconnected = on_disconnected,
    .on_error = target->verbose > 0 ? on_error : NULL,
    .on_ssl_server_authentication = target->insecure ? on_certificate : NULL,
    .on_log = on_log,
  };
}

/* Ends our direction; what is queued still leaves. */
static void close_our_end(struct connection *c)
{
  if (!c->closing && !c->over)
    hyco_sender_disconnect(c->sender);
  c->closing = true;
}

static int send_message(struct connection *c, const struct hc_cli_message *m)
{
  if (m->len == 0)
    return 0; /* the .NET SDK takes an empty message for the end */
  if (c->text)
    return hyco_sender_send_text(c->sender, (const char *)m->data, m->len);
  return hyco_sender_send(c->sender, m->data, m->len);
}

/* Sends what has been read until it is gone or the queue is full. */
static void send_input(struct connection *c)
{
  struct hc_cli_message message;
  while (!c->blocked && !c->closing && !c->over &&
         hc_cli_input_next(&c->input, &message)) {
    int rc = send_message(c, &message);
    if (rc == HYCO_EWOULDBLOCK) {
      c->blocked = true;
    } else if (rc == 0) {
      c->last_ms = hc_cli_now_ms();
      hc_cli_input_take(&c->input, &message);
    } else {
      hc_cli_error(c->command, "cannot send", rc,
                   hyco_sender_last_error_text(c->sender));
      c->failed = true;
      close_our_end(c);
    }
  }
}

static bool input_is_done(const struct connection *c)
{
  return c->input.end && c->input.waiting.len == 0;
}

/* Milliseconds until silence has lasted long enough; -1: as long as it takes.
 * While standard output holds things up, nothing could come. */
static int quiet_left_ms(const struct connection *c)
{
  if (!input_is_done(c) || c->closing || c->quiet_s < 0)
    return -1;
  if (c->paused && c->quiet_s > 0)
    return -1;
  int64_t left = c->last_ms + c->quiet_s * 1000 - hc_cli_now_ms();
  return left > 0 ? (int)left : 0;
}

/* Closes our end once there is nothing more to do with it. */
static void check_end(struct connection *c)
{
  /* A person whose peer has gone should not have to press Ctrl-D; input from a
   * pipe or a file is sent to its end: the peer may still read. */
  bool enough = c->failed || (c->peer_ended && isatty(c->input.fd) == 1);
  if (input_is_done(c))
    enough = enough || c->peer_ended || quiet_left_ms(c) == 0;
  if (enough)
    close_our_end(c);
}

static bool wants_input(const struct connection *c)
{
  return !c->input.end && !c->blocked && !c->closing && !c->over;
}

static void read_input(struct connection *c)
{
  int error = hc_cli_input_read(&c->input);
  if (error == EMSGSIZE)
    give_up(c, "standard input", "a line passes 1 MiB");
  else if (error != 0)
    give_up(c, "standard input", strerror(error));
  c->last_ms = hc_cli_now_ms();
}

/* One turn: wait, write, read, send. */
static void turn(struct connection *c)
{
  struct pollfd fds[3] = {
    { 0 },
    { .fd = wants_input(c) ? c->input.fd : -1, .events = POLLIN },
    { .fd = c->output.fd, .events = c->paused ? POLLOUT : 0 },
  };
  hyco_loop *loop = hyco_sender_loop(c->sender);
  if (hc_cli_wait(loop, fds, 3, quiet_left_ms(c)) != 0)
    give_up(c, "poll", strerror(errno));
  if (fds[2].revents & (POLLERR | POLLHUP | POLLNVAL))
    give_up(c, "standard output", strerror(EPIPE));
  else if (fds[2].revents != 0)
    check_output(c, hc_cli_output_flush(&c->output));
  if (fds[1].revents != 0 && wants_input(c))
    read_input(c);
  send_input(c);
  check_end(c);
}

/* What came before the end still has to reach standard output. */
static void drain_output(struct connection *c)
{
  while (c->output.waiting.len > 0) {
    struct pollfd fd = { .fd = c->output.fd, .events = POLLOUT };
    poll(&fd, 1, -1);
    int error = hc_cli_output_flush(&c->output);
    if (error == 0)
      continue;
    give_up(c, "standard output", strerror(error));
    return;
  }
}

static int open_connection(struct connection *c,
                           const struct hc_cli_target *target,
                           const char *entity)
{
  struct hc_cli_role role = hc_cli_role_of_sender(c->sender);
  int rc = hc_cli_target_apply(c->command, target, &role, entity);
  if (rc == HC_CLI_GO_ON)
    rc = hc_cli_configure(c->command, &role, "HalfClose=true");
  if (rc != HC_CLI_GO_ON)
    return rc;
  int error = hyco_sender_connect(c->sender);
  if (error != 0)
    return hc_cli_error(c->command, "cannot connect", error,
                        hyco_sender_last_error_text(c->sender));
  if (c->verbose)
    hc_cli_say(c->command, "connected");
  return HC_CLI_GO_ON;
}

static int run_connection(struct connection *c,
                          const struct hc_cli_target *target,
                          const char *entity)
{
  int rc = open_connection(c, target, entity);
  if (rc != HC_CLI_GO_ON)
    return rc;
  c->last_ms = hc_cli_now_ms();
  while (!c->over)
    turn(c);
  drain_output(c);
  return c->failed ? HC_CLI_FAILED : HC_CLI_DONE;
}

static int make_connection(const struct hc_cli_command *self,
                           const struct connect_values *v, const char *entity)
{
  struct connection c = { .command = self,
                          .text = v->text,
                          .verbose = v->target.verbose > 0,
                          .quiet_s = v->quiet_s };
  hyco_sender_events events = events_for(&v->target);
  int error = hyco_sender_new(NULL, &events, &c, &c.sender);
  if (error != 0)
    return hc_cli_error(self, "cannot start", error, NULL);
  hc_cli_input_init(&c.input, STDIN_FILENO, v->text);
  hc_cli_output_init(&c.output, STDOUT_FILENO);
  int rc = run_connection(&c, &v->target, entity);
  hyco_sender_free(c.sender);
  hc_cli_input_deinit(&c.input);
  hc_cli_output_deinit(&c.output);
  return rc;
}

int hc_cli_connect(const struct hc_cli_command *self, int argc, char **argv)
{
  struct connect_values v = { 0 };
  const char *entity = NULL;
  const struct hc_cli_group groups[] = {
    { "Options", options, sizeof options / sizeof options[0], &v },
    { "Where to", hc_cli_target_options, hc_cli_target_n_options, &v.target },
    { "Connection", hc_cli_transport_options, hc_cli_transport_n_options,
      &v.target },
  };
  const struct hc_cli_parser parser = { self, groups, 3, &entity };

  int rc = hc_cli_parse(&parser, argc, argv);
  if (rc == HC_CLI_GO_ON)
    rc = make_connection(self, &v, entity);
  hc_cli_target_deinit(&v.target);
  return rc;
}
