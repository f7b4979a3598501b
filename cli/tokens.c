/* Runs the command that prints tokens, without keeping the loop waiting. */
#include "tokens.h"
#include "child.h"
#include "expiry.h"
#include "secret.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* One run. */
struct hc_cli_token_job {
  struct hc_cli_token_job *next;
  hyco_token_request *request; /* NULL: answered */
  struct hc_cli_child child;
  nfds_t place; /* in the wait set */
  int64_t deadline_ms;
  bool has_line; /* what follows the first line is read and dropped */
  bool is_long;  /* the first line passes the limit */
  size_t len;
  char line[HC_CLI_SECRET_MAX];
};

static void free_job(struct hc_cli_token_job *job)
{
  hc_cli_child_end(&job->child);
  explicit_bzero(job->line, sizeof job->line);
  free(job);
}

static void refuse(const struct hc_cli_tokens *tokens,
                   hyco_token_request *request, const char *why)
{
  hc_cli_say(tokens->command, "--token-command: %s", why);
  hyco_token_supply(request, NULL, 0);
}

/* environ is not const. */
static int start(struct hc_cli_token_job *job, const char *text)
{
  const struct hc_cli_child_options options = { .command = text,
                                                .environment = environ };
  return hc_cli_child_start(&job->child, &options);
}

void hc_cli_tokens_provide(hyco_token_request *request, const char *scope,
                           void *user_data)
{
  struct hc_cli_tokens *tokens = user_data;
  struct hc_cli_token_job *job = calloc(1, sizeof *job);
  (void)scope;
  int error = job != NULL ? start(job, tokens->text) : ENOMEM;
  if (error != 0) {
    free(job);
    refuse(tokens, request, strerror(error));
    return;
  }
  job->request = request;
  job->deadline_ms = hc_cli_now_ms() + tokens->timeout_s * 1000;
  job->next = tokens->jobs;
  tokens->jobs = job;
}

void hc_cli_tokens_watch(struct hc_cli_tokens *tokens,
                         struct hc_cli_wait_set *set)
{
  for (struct hc_cli_token_job *job = tokens->jobs; job != NULL;
       job = job->next) {
    job->place = hc_cli_wait_for(set, job->child.out, POLLIN);
    hc_cli_wait_until(set, job->deadline_ms);
  }
}

/* Keeps the first line of what has come. */
static void take(struct hc_cli_token_job *job, const char *piece, size_t len)
{
  const char *newline = memchr(piece, '\n', len);
  size_t n = newline != NULL ? (size_t)(newline - piece) : len;
  if (job->has_line)
    return;
  job->has_line = newline != NULL;
  if (n >= sizeof job->line - job->len) {
    job->is_long = true;
    n = 0;
  }
  memcpy(job->line + job->len, piece, n);
  job->len += n;
}

/* Reads what there is. */
static void read_output(struct hc_cli_token_job *job)
{
  char piece[4096];
  ssize_t n = 1;
  while (n > 0 && job->child.out >= 0) {
    n = read(job->child.out, piece, sizeof piece);
    if (n > 0)
      take(job, piece, (size_t)n);
  }
  if (n == 0 || (n < 0 && errno != EAGAIN && errno != EINTR))
    hc_cli_child_close_out(&job->child);
  explicit_bzero(piece, sizeof piece);
}

/* Why the output is no token; NULL: it may be one. */
static const char *fault_of(struct hc_cli_token_job *job,
                            char text[HC_CLI_CHILD_TEXT_MAX])
{
  while (job->len > 0 && strchr(" \t\r", job->line[job->len - 1]) != NULL)
    job->len--;
  job->line[job->len] = '\0';
  if (!hc_cli_child_did_well(&job->child, text))
    return text;
  if (job->is_long)
    return "its first line is too long";
  return job->len == 0 ? "it printed no token" : NULL;
}

/* The command has ended. */
static void answer(const struct hc_cli_tokens *tokens,
                   struct hc_cli_token_job *job)
{
  char text[HC_CLI_CHILD_TEXT_MAX];
  const char *why = fault_of(job, text);
  hyco_token_request *request = job->request;
  job->request = NULL;
  if (why != NULL) {
    refuse(tokens, request, why);
    return;
  }
  if (hyco_token_supply(request, job->line, hc_cli_token_expiry(job->line)) < 0)
    hc_cli_say(tokens->command, "--token-command: what it printed is no token");
}

/* One turn of one job; true: it is done. */
static bool work(const struct hc_cli_tokens *tokens,
                 struct hc_cli_token_job *job, bool is_readable,
                 bool child_ended)
{
  if (is_readable)
    read_output(job);
  if (child_ended && hc_cli_child_has_exited(&job->child)) {
    read_output(job); /* others may still hold the pipe open */
    answer(tokens, job);
    return true;
  }
  if (hc_cli_now_ms() < job->deadline_ms)
    return false;
  refuse(tokens, job->request, "no answer in time");
  return true;
}

void hc_cli_tokens_work(struct hc_cli_tokens *tokens,
                        const struct hc_cli_wait_set *set, bool child_ended)
{
  struct hc_cli_token_job **link = &tokens->jobs;
  while (*link != NULL) {
    struct hc_cli_token_job *job = *link;
    bool is_readable = hc_cli_wait_result(set, job->place) != 0;
    job->place = 0;
    if (work(tokens, job, is_readable, child_ended)) {
      *link = job->next;
      free_job(job);
    } else {
      link = &job->next;
    }
  }
}

void hc_cli_tokens_deinit(struct hc_cli_tokens *tokens)
{
  while (tokens->jobs != NULL) {
    struct hc_cli_token_job *job = tokens->jobs;
    tokens->jobs = job->next;
    hyco_token_supply(job->request, NULL, 0);
    free_job(job);
  }
}
