/* Standard input to a connection, and the connection to standard output. */
#include "conversation.h"
#include "signals.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <string.h>
#include <unistd.h>

/* What follows cannot be done any more; the connection ends at once. */
static void give_up(struct hc_cli_conversation *c, const char *what,
                    const char *why)
{
  if (c->status == HC_CLI_DONE)
    hc_cli_say(c->command, "%s: %s", what, why);
  c->status = HC_CLI_FAILED;
  c->over = true;
}

static void set_paused(struct hc_cli_conversation *c, bool paused)
{
  if (c->paused == paused)
    return;
  c->paused = paused;
  hyco_sender_set_bool(c->sender, HYCO_CONNECTION_ACCEPT_DATA, !paused);
}

/* After each use of the output; error is a positive errno or 0. */
static void check_output(struct hc_cli_conversation *c, int error)
{
  if (error != 0)
    give_up(c, "standard output", strerror(error));
  c->last_ms = hc_cli_now_ms();
  set_paused(c, c->output.waiting.len > 0);
}

static void on_connected(hyco_sender *s, const hyco_connected *e,
                         void *user_data)
{
  struct hc_cli_conversation *c = user_data;
  (void)s;
  c->last_ms = hc_cli_now_ms();
  c->connected = e->status_code == 0;
  if (c->connected && c->verbose)
    hc_cli_say(c->command, "connected");
  if (c->connected)
    return;
  c->status = hc_cli_error(c->command, "cannot connect", e->status_code,
                           e->description);
  c->over = true;
}

static void on_data_in(hyco_sender *s, const hyco_data_in *e, void *user_data)
{
  struct hc_cli_conversation *c = user_data;
  (void)s;
  if (e->data_format == HYCO_FORMAT_PONG || c->status != HC_CLI_DONE)
    return;
  c->bytes_in += (int64_t)e->len;
  int error = hc_cli_output_write(&c->output, e->data, e->len);
  if (error == 0 && c->is_text && e->eom)
    error = hc_cli_output_write(&c->output, "\n", 1);
  check_output(c, error);
}

static void on_ready_to_send(hyco_sender *s, void *user_data)
{
  struct hc_cli_conversation *c = user_data;
  (void)s;
  c->blocked = false;
}

/* Says what the connection ended with, an error once. */
static void check_close(struct hc_cli_conversation *c, const char *what,
                        const hyco_disconnected *e)
{
  bool clean = hc_cli_close_is_clean(e->status_code);
  if (c->verbose || (!clean && c->status == HC_CLI_DONE))
    hc_cli_say(c->command, "%s: %d%s%s", what, e->status_code,
               *e->description != '\0' ? " " : "", e->description);
  if (!clean)
    c->status = HC_CLI_FAILED;
}

static void on_end(hyco_sender *s, const hyco_disconnected *e, void *user_data)
{
  struct hc_cli_conversation *c = user_data;
  (void)s;
  c->peer_ended = true;
  check_close(c, "closed by the peer", e);
}

static void on_disconnected(hyco_sender *s, const hyco_disconnected *e,
                            void *user_data)
{
  struct hc_cli_conversation *c = user_data;
  (void)s;
  c->over = true;
  check_close(c, "closed", e);
}

/* Of more than passing interest only if it ends the connection; on_disconnected
 * then tells as much. */
static void on_error(hyco_sender *s, const hyco_error_event *e, void *user_data)
{
  struct hc_cli_conversation *c = user_data;
  (void)s;
  hc_cli_error(c->command, "error", e->error_code, e->description);
}

static void on_log(hyco_sender *s, const hyco_log *e, void *user_data)
{
  struct hc_cli_conversation *c = user_data;
  (void)s;
  hc_cli_say(c->command, "%s: %s", e->log_type, e->message);
}

hyco_sender_events hc_cli_conversation_events(bool verbose)
{
  return (hyco_sender_events){
    .on_connected = on_connected,
    .on_ready_to_send = on_ready_to_send,
    .on_data_in = on_data_in,
    .on_end = on_end,
    .on_disconnected = on_disconnected,
    .on_error = verbose ? on_error : NULL,
    .on_log = on_log,
  };
}

/* Ends our direction; what is queued still leaves. */
static void close_our_end(struct hc_cli_conversation *c)
{
  if (!c->closing && !c->over)
    hyco_sender_disconnect(c->sender);
  c->closing = true;
}

static int send_message(struct hc_cli_conversation *c,
                        const struct hc_cli_message *m)
{
  if (m->len == 0)
    return 0; /* the .NET SDK takes an empty message for the end */
  if (c->is_text)
    return hyco_sender_send_text(c->sender, (const char *)m->data, m->len);
  return hyco_sender_send(c->sender, m->data, m->len);
}

/* Sends what has been read until it is gone or the queue is full. */
static void send_input(struct hc_cli_conversation *c)
{
  struct hc_cli_message message;
  while (!c->blocked && !c->closing && !c->over &&
         hc_cli_input_next(&c->input, &message)) {
    int rc = send_message(c, &message);
    if (rc == HYCO_EWOULDBLOCK) {
      c->blocked = true;
    } else if (rc == 0) {
      c->last_ms = hc_cli_now_ms();
      c->bytes_out += (int64_t)message.len;
      hc_cli_input_take(&c->input, &message);
    } else {
      hc_cli_error(c->command, "cannot send", rc,
                   hyco_sender_last_error_text(c->sender));
      c->status = HC_CLI_FAILED;
      close_our_end(c);
    }
  }
}

static bool input_is_done(const struct hc_cli_conversation *c)
{
  return c->input.end && c->input.waiting.len == 0;
}

/* When silence has lasted long enough; 0: as long as it takes. While standard
 * output holds things up, nothing could come. */
static int64_t quiet_end_ms(const struct hc_cli_conversation *c)
{
  if (!input_is_done(c) || c->closing || c->quiet_s < 0)
    return 0;
  if (c->paused && c->quiet_s > 0)
    return 0;
  return c->last_ms + c->quiet_s * 1000;
}

/* Closes our end once there is nothing more to do with it. */
static void check_end(struct hc_cli_conversation *c)
{
  /* A person whose peer has gone should not have to press Ctrl-D; input from a
   * pipe or a file is sent to its end: the peer may still read. */
  bool enough =
      c->status != HC_CLI_DONE || (c->peer_ended && isatty(c->input.fd) == 1);
  int64_t end_ms = quiet_end_ms(c);
  if (input_is_done(c))
    enough =
        enough || c->peer_ended || (end_ms != 0 && hc_cli_now_ms() >= end_ms);
  if (enough)
    close_our_end(c);
}

/* Whoever reads the output learns that no more comes, while the input still
 * goes on: a program at both ends of us may wait for it. */
static void shut_output(struct hc_cli_conversation *c)
{
  if (!c->peer_ended || c->shut || c->output.waiting.len > 0)
    return;
  int fd = open("/dev/null", O_WRONLY | O_CLOEXEC);
  if (fd < 0)
    return;
  dup2(fd, c->output.fd);
  close(fd);
  c->shut = true;
}

static bool wants_input(const struct hc_cli_conversation *c)
{
  return c->connected && !c->input.end && !c->blocked && !c->closing &&
         !c->over;
}

static void read_input(struct hc_cli_conversation *c)
{
  int error = hc_cli_input_read(&c->input);
  if (error == EMSGSIZE)
    give_up(c, "standard input", "a line passes 1 MiB");
  else if (error != 0)
    give_up(c, "standard input", strerror(error));
  c->last_ms = hc_cli_now_ms();
}

/* The descriptors that a turn waits for. */
struct places {
  nfds_t signals;
  nfds_t input;
  nfds_t output;
};

static struct places watch(struct hc_cli_conversation *c)
{
  struct hc_cli_wait_set *set = &c->set;
  struct places at;
  hc_cli_wait_begin(set, hyco_sender_loop(c->sender));
  at.signals = hc_cli_wait_for(set, c->signal_fd, POLLIN);
  at.input = hc_cli_wait_for(set, wants_input(c) ? c->input.fd : -1, POLLIN);
  at.output = hc_cli_wait_for(set, c->shut ? -1 : c->output.fd,
                              c->paused ? POLLOUT : 0);
  if (c->connected)
    hc_cli_wait_until(set, quiet_end_ms(c));
  hc_cli_tokens_watch(c->tokens, set);
  return at;
}

/* One turn: wait, write, read, send. */
static void turn(struct hc_cli_conversation *c)
{
  struct places at = watch(c);
  if (hc_cli_wait(&c->set, hyco_sender_loop(c->sender)) != 0)
    give_up(c, "poll", strerror(errno));
  bool child_ended = false;
  if (hc_cli_wait_result(&c->set, at.signals) != 0)
    child_ended = hc_cli_signals_take(c->signal_fd).child;
  hc_cli_tokens_work(c->tokens, &c->set, child_ended);

  short output = hc_cli_wait_result(&c->set, at.output);
  if (output & (POLLERR | POLLHUP | POLLNVAL))
    give_up(c, "standard output", strerror(EPIPE));
  else if (output != 0)
    check_output(c, hc_cli_output_flush(&c->output));
  if (hc_cli_wait_result(&c->set, at.input) != 0 && wants_input(c))
    read_input(c);
  if (!c->connected)
    return;
  send_input(c);
  check_end(c);
  shut_output(c);
}

/* What came before the end still has to reach standard output. */
static void drain_output(struct hc_cli_conversation *c)
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

int hc_cli_conversation_run(struct hc_cli_conversation *c)
{
  c->signal_fd = hc_cli_signals_open(false);
  if (c->signal_fd < 0) {
    hc_cli_say(c->command, "pipe: %s", strerror(errno));
    return HC_CLI_FAILED;
  }
  int error = hyco_sender_start(c->sender);
  if (error != 0)
    return hc_cli_error(c->command, "cannot connect", error,
                        hyco_sender_last_error_text(c->sender));
  while (!c->over)
    turn(c);
  drain_output(c);
  if (c->verbose && c->connected)
    hc_cli_say(c->command, "%" PRId64 " bytes in, %" PRId64 " out", c->bytes_in,
               c->bytes_out);
  hc_cli_wait_free(&c->set);
  return c->status;
}
