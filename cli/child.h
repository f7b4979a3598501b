/* A command that the shell runs, with pipes to its standard input and output.
 * Its standard error is ours. */
#ifndef HC_CLI_CHILD_H
#define HC_CLI_CHILD_H

#include <stdbool.h>
#include <sys/types.h>

/* Zero-initialised; in use from hc_cli_child_start to hc_cli_child_end. */
struct hc_cli_child {
  pid_t pid;      /* 0: none */
  bool is_group;  /* it leads a process group of its own */
  int in;         /* its standard input, -1: closed; never blocks */
  int out;        /* its standard output; as in */
  bool exited;    /* and waits to be reaped: until then pid stays taken */
  int status;     /* as waitid tells it: the exit code, or the signal... */
  bool signalled; /* ...if this is true */
};

struct hc_cli_child_options {
  const char *command; /* for /bin/sh -c */
  char *const *environment;
  bool takes_input; /* otherwise it reads /dev/null */
  bool is_group;
};

/* 0 or the positive errno. */
int hc_cli_child_start(struct hc_cli_child *child,
                       const struct hc_cli_child_options *options);

/* Sees whether the child has exited. Does not wait. */
bool hc_cli_child_has_exited(struct hc_cli_child *child);

/* True if it exited with status 0. Otherwise text says how it ended, e.g.
 * "exit 3" or "signal 9". */
enum { HC_CLI_CHILD_TEXT_MAX = 32 };
bool hc_cli_child_did_well(const struct hc_cli_child *child,
                           char text[HC_CLI_CHILD_TEXT_MAX]);

/* To the child, or to its whole group. */
void hc_cli_child_signal(const struct hc_cli_child *child, int number);

void hc_cli_child_close_in(struct hc_cli_child *child);
void hc_cli_child_close_out(struct hc_cli_child *child);

/* Closes the pipes and reaps the child, which is killed if it still runs. */
void hc_cli_child_end(struct hc_cli_child *child);

#endif
