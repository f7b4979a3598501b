/* A request at work: its body from a descriptor, the answer to another. */
#include "exchange.h"
#include "signals.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

enum { STATUS_REFUSED = 400 };

static void give_up(struct hc_cli_exchange *x, const char *what,
                    const char *why)
{
  hc_cli_progress_end(&x->progress);
  if (x->status == HC_CLI_DONE)
    hc_cli_say(x->command, "%s: %s", what, why);
  x->status = HC_CLI_FAILED;
  x->over = true;
}

/* --- the answer --- */

static const char *output_name(const struct hc_cli_exchange *x)
{
  return x->file != NULL ? x->file : "standard output";
}

/* After each use of the output; error is a positive errno or 0. */
static void check_output(struct hc_cli_exchange *x, int error)
{
  if (error != 0)
    give_up(x, output_name(x), strerror(error));
  else
    hyco_request_accept_data(x->request, x->output.waiting.len == 0);
}

/* The file is made, or emptied, once there is something to put into it. */
static bool open_output(struct hc_cli_exchange *x)
{
  int fd = STDOUT_FILENO;
  if (x->file != NULL)
    fd = open(x->file, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
  if (fd < 0) {
    give_up(x, x->file, strerror(errno));
    return false;
  }
  hc_cli_output_init(&x->output, fd);
  x->has_output = true;
  hc_cli_progress_begin(&x->progress, fd);
  return true;
}

static int write_text(struct hc_cli_exchange *x, const char *text)
{
  return hc_cli_output_write(&x->output, text, strlen(text));
}

static int write_head(struct hc_cli_exchange *x, const hyco_response *e)
{
  char line[32];
  snprintf(line, sizeof line, "HTTP/1.1 %d ", e->status_code);
  int error = write_text(x, line);
  if (error == 0)
    error = write_text(x, e->reason);
  for (size_t i = 0; error == 0 && i < e->n_headers; i++) {
    error = write_text(x, "\r\n");
    if (error == 0)
      error = write_text(x, e->headers[i].name);
    if (error == 0)
      error = write_text(x, ": ");
    if (error == 0)
      error = write_text(x, e->headers[i].value);
  }
  return error == 0 ? write_text(x, "\r\n\r\n") : error;
}

/* What the relay itself refuses has a number in its words, and no body. */
static void hint(const struct hc_cli_exchange *x)
{
  static const struct {
    int status;
    int error;
  } rows[] = { { 401, HYCO_EUNAUTHORIZED }, { 403, HYCO_EFORBIDDEN },
               { 404, HYCO_ENOTFOUND },     { 500, HYCO_ESERVICE },
               { 502, HYCO_ESERVICE },      { 503, HYCO_ESERVICE },
               { 504, HYCO_ESERVICE } };
  if (strstr(x->refusal, "TrackingId:") == NULL)
    return;
  for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
    if (rows[i].status == x->answered)
      hc_cli_hint(x->command, rows[i].error);
}

static void say_refusal(const struct hc_cli_exchange *x)
{
  hc_cli_say(x->command, "the answer is %d %s", x->answered, x->refusal);
  hint(x);
}

static void on_response(hyco_request *r, const hyco_response *e,
                        void *user_data)
{
  struct hc_cli_exchange *x = user_data;
  (void)r;
  if (x->verbose)
    hc_cli_say(x->command, "%d %s", e->status_code, e->reason);
  x->answered = e->status_code;
  snprintf(x->refusal, sizeof x->refusal, "%s", e->reason);
  if (x->fails && e->status_code >= STATUS_REFUSED) {
    say_refusal(x);
    x->status = HC_CLI_FAILED;
    x->drops = true;
    return;
  }
  if (!open_output(x))
    return;
  for (size_t i = 0; i < e->n_headers; i++)
    if (strcasecmp(e->headers[i].name, "Content-Length") == 0)
      x->progress.total = strtoll(e->headers[i].value, NULL, 10);
  if (x->head_too)
    check_output(x, write_head(x, e));
}

static void on_data(hyco_request *r, const hyco_response_data *e,
                    void *user_data)
{
  struct hc_cli_exchange *x = user_data;
  (void)r;
  x->bytes_in += (int64_t)e->len;
  if (x->drops || x->over)
    return;
  check_output(x, hc_cli_output_write(&x->output, e->data, e->len));
  if (!x->over)
    hc_cli_progress_add(&x->progress, (int64_t)e->len);
}

static void on_done(hyco_request *r, const hyco_request_done *e,
                    void *user_data)
{
  struct hc_cli_exchange *x = user_data;
  (void)r;
  x->over = true;
  hc_cli_progress_end(&x->progress);
  /* Nothing else would show it. */
  if (e->error_code == 0 && x->answered >= STATUS_REFUSED && x->bytes_in == 0 &&
      !x->drops && !x->head_too)
    say_refusal(x);
  if (e->error_code != 0 && x->status == HC_CLI_DONE)
    x->status = hc_cli_error(x->command, "the request failed", e->error_code,
                             e->description);
}

static void on_ready_to_send(hyco_request *r, void *user_data)
{
  struct hc_cli_exchange *x = user_data;
  (void)r;
  x->blocked = false;
}

hyco_request_events hc_cli_exchange_events(void)
{
  return (hyco_request_events){
    .on_response = on_response,
    .on_data = on_data,
    .on_ready_to_send = on_ready_to_send,
    .on_done = on_done,
  };
}

/* --- the body --- */

static bool may_send(const struct hc_cli_exchange *x)
{
  return x->streams && !x->blocked && !x->sent && !x->over;
}

static bool wants_input(const struct hc_cli_exchange *x)
{
  return may_send(x) && !x->input.end && x->body_left != 0 &&
         x->input.waiting.len == 0;
}

static void send_piece(struct hc_cli_exchange *x, struct hc_cli_message *m)
{
  if (x->body_left >= 0 && (int64_t)m->len > x->body_left)
    m->len = (size_t)x->body_left; /* the file has grown */
  int rc = hyco_request_write(x->request, m->data, m->len);
  if (rc == HYCO_EWOULDBLOCK) {
    x->blocked = true;
    return;
  }
  if (rc != 0) {
    give_up(x, "cannot send the body", hyco_strerror(rc));
    return;
  }
  if (x->body_left >= 0)
    x->body_left -= (int64_t)m->len;
  x->bytes_out += (int64_t)m->len;
  hc_cli_input_take(&x->input, m);
}

static void send_body(struct hc_cli_exchange *x)
{
  struct hc_cli_message message;
  while (may_send(x) && x->body_left != 0 &&
         hc_cli_input_next(&x->input, &message))
    send_piece(x, &message);
  if (!may_send(x) ||
      (x->body_left != 0 && !(x->input.end && x->input.waiting.len == 0)))
    return;
  x->sent = true;
  (void)hyco_request_end(x->request); /* too short: on_done says so */
}

/* --- turns --- */

struct places {
  nfds_t signals;
  nfds_t input;
  nfds_t output;
};

static struct places watch(struct hc_cli_exchange *x)
{
  struct hc_cli_wait_set *set = &x->set;
  struct places at;
  bool waits = x->has_output && x->output.waiting.len > 0;
  hc_cli_wait_begin(set, hyco_sender_loop(x->sender));
  at.signals = hc_cli_wait_for(set, x->signal_fd, POLLIN);
  at.input = hc_cli_wait_for(set, wants_input(x) ? x->input.fd : -1, POLLIN);
  at.output = hc_cli_wait_for(set, x->has_output ? x->output.fd : -1,
                              waits ? POLLOUT : 0);
  hc_cli_tokens_watch(x->tokens, set);
  return at;
}

static void turn(struct hc_cli_exchange *x)
{
  struct places at = watch(x);
  if (hc_cli_wait(&x->set, hyco_sender_loop(x->sender)) != 0)
    give_up(x, "poll", strerror(errno));
  bool child_ended = false;
  if (hc_cli_wait_result(&x->set, at.signals) != 0)
    child_ended = hc_cli_signals_take(x->signal_fd).child;
  hc_cli_tokens_work(x->tokens, &x->set, child_ended);
  if (x->over)
    return;

  short output = hc_cli_wait_result(&x->set, at.output);
  if (output & (POLLERR | POLLHUP | POLLNVAL))
    give_up(x, output_name(x), strerror(EPIPE));
  else if (output != 0)
    check_output(x, hc_cli_output_flush(&x->output));
  if (hc_cli_wait_result(&x->set, at.input) != 0 && wants_input(x)) {
    int error = hc_cli_input_read(&x->input);
    if (error != 0)
      give_up(x, "the body", strerror(error));
  }
  send_body(x);
}

/* What came before the end still has to get out. */
static void drain_output(struct hc_cli_exchange *x)
{
  while (x->has_output && x->output.waiting.len > 0) {
    struct pollfd fd = { .fd = x->output.fd, .events = POLLOUT };
    poll(&fd, 1, -1);
    int error = hc_cli_output_flush(&x->output);
    if (error == 0)
      continue;
    give_up(x, output_name(x), strerror(error));
    return;
  }
}

int hc_cli_exchange_run(struct hc_cli_exchange *x)
{
  x->signal_fd = hc_cli_signals_open(false);
  if (x->signal_fd < 0) {
    hc_cli_say(x->command, "pipe: %s", strerror(errno));
    return HC_CLI_FAILED;
  }
  x->blocked = true;
  x->began_ms = hc_cli_now_ms();
  int error = hyco_request_start(x->request);
  if (error != 0)
    return hc_cli_error(x->command, "cannot send the request", error,
                        hyco_sender_last_error_text(x->sender));
  while (!x->over)
    turn(x);
  drain_output(x);
  if (x->verbose)
    hc_cli_say(x->command,
               "%" PRId64 " bytes in, %" PRId64 " out, %" PRId64 " ms",
               x->bytes_in, x->bytes_out, hc_cli_now_ms() - x->began_ms);
  if (x->has_output && x->file != NULL && close(x->output.fd) != 0)
    give_up(x, x->file, strerror(errno));
  hc_cli_wait_free(&x->set);
  return x->status;
}
