/* Runs a command with pipes to it. */
#include "child.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

/* The ends of both pipes, as the parent and the child see them. */
struct pipes {
  int in[2];  /* [0] is the child's */
  int out[2]; /* [1] is the child's */
};

static void close_fd(int *fd)
{
  if (*fd >= 0)
    close(*fd);
  *fd = -1;
}

static void close_pipes(struct pipes *p)
{
  for (int i = 0; i < 2; i++) {
    close_fd(&p->in[i]);
    close_fd(&p->out[i]);
  }
}

static int make_pipe(int fds[2])
{
  return pipe2(fds, O_CLOEXEC) == 0 ? 0 : errno;
}

static int open_pipes(struct pipes *p, bool takes_input)
{
  *p = (struct pipes){ { -1, -1 }, { -1, -1 } };
  int error = make_pipe(p->out);
  if (error == 0 && takes_input) {
    error = make_pipe(p->in);
  } else if (error == 0) {
    p->in[0] = open("/dev/null", O_RDONLY | O_CLOEXEC);
    error = p->in[0] < 0 ? errno : 0;
  }
  if (error != 0)
    close_pipes(p);
  return error;
}

/* Its pipes become its standard descriptors, and it has no others: libcurl's
 * internal ones are not closed on exec. */
static int add_actions(posix_spawn_file_actions_t *actions,
                       const struct pipes *p)
{
  int error = posix_spawn_file_actions_adddup2(actions, p->in[0], STDIN_FILENO);
  if (error == 0)
    error = posix_spawn_file_actions_adddup2(actions, p->out[1], STDOUT_FILENO);
  if (error == 0)
    error =
        posix_spawn_file_actions_addclosefrom_np(actions, STDERR_FILENO + 1);
  return error;
}

/* What the child is to be: handlers and mask as a program expects them. */
static int set_attributes(posix_spawnattr_t *attributes, bool is_group)
{
  sigset_t set;
  sigemptyset(&set);
  posix_spawnattr_setsigmask(attributes, &set);
  sigaddset(&set, SIGPIPE); /* which we ignore */
  posix_spawnattr_setsigdefault(attributes, &set);
  posix_spawnattr_setpgroup(attributes, 0);
  int flags = POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF |
              (is_group ? POSIX_SPAWN_SETPGROUP : 0);
  return posix_spawnattr_setflags(attributes, (short)flags);
}

static int spawn(pid_t *pid, const struct pipes *p,
                 const struct hc_cli_child_options *options)
{
  char *const argv[] = { (char *)"sh", (char *)"-c", (char *)options->command,
                         NULL };
  posix_spawn_file_actions_t actions;
  posix_spawnattr_t attributes;
  int error = posix_spawn_file_actions_init(&actions);
  if (error != 0)
    return error;
  error = posix_spawnattr_init(&attributes);
  if (error != 0) {
    posix_spawn_file_actions_destroy(&actions);
    return error;
  }
  error = add_actions(&actions, p);
  if (error == 0)
    error = set_attributes(&attributes, options->is_group);
  if (error == 0)
    error = posix_spawn(pid, "/bin/sh", &actions, &attributes, argv,
                        options->environment);
  posix_spawnattr_destroy(&attributes);
  posix_spawn_file_actions_destroy(&actions);
  return error;
}

/* Only our end: the child's is another open file. */
static void unblock(int fd)
{
  if (fd >= 0)
    fcntl(fd, F_SETFL, fcntl(fd, F_GETFL) | O_NONBLOCK);
}

int hc_cli_child_start(struct hc_cli_child *child,
                       const struct hc_cli_child_options *options)
{
  struct pipes p;
  int error = open_pipes(&p, options->takes_input);
  if (error != 0)
    return error;
  pid_t pid;
  error = spawn(&pid, &p, options);
  if (error == 0) {
    *child = (struct hc_cli_child){
      .pid = pid, .is_group = options->is_group, .in = p.in[1], .out = p.out[0]
    };
    unblock(child->in);
    unblock(child->out);
    p.in[1] = -1;
    p.out[0] = -1;
  }
  close_pipes(&p);
  return error;
}

bool hc_cli_child_has_exited(struct hc_cli_child *child)
{
  siginfo_t info = { 0 };
  if (child->exited || child->pid == 0)
    return true;
  /* It stays to be waited for: nobody else can get its id meanwhile, so that a
   * signal to its group goes to no stranger. */
  if (waitid(P_PID, (id_t)child->pid, &info, WEXITED | WNOHANG | WNOWAIT) != 0)
    return false;
  if (info.si_pid == 0)
    return false;
  child->exited = true;
  child->status = info.si_status;
  child->signalled = info.si_code != CLD_EXITED;
  return true;
}

bool hc_cli_child_did_well(const struct hc_cli_child *child,
                           char text[HC_CLI_CHILD_TEXT_MAX])
{
  snprintf(text, HC_CLI_CHILD_TEXT_MAX, "%s %d",
           child->signalled ? "signal" : "exit", child->status);
  return !child->signalled && child->status == 0;
}

void hc_cli_child_signal(const struct hc_cli_child *child, int number)
{
  if (child->pid > 0)
    kill(child->is_group ? -child->pid : child->pid, number);
}

void hc_cli_child_close_in(struct hc_cli_child *child)
{
  close_fd(&child->in);
}

void hc_cli_child_close_out(struct hc_cli_child *child)
{
  close_fd(&child->out);
}

void hc_cli_child_end(struct hc_cli_child *child)
{
  if (child->pid == 0)
    return;
  hc_cli_child_close_in(child);
  hc_cli_child_close_out(child);
  if (!hc_cli_child_has_exited(child))
    hc_cli_child_signal(child, SIGKILL);
  while (waitpid(child->pid, NULL, 0) < 0 && errno == EINTR)
    ;
  *child = (struct hc_cli_child){ .in = -1, .out = -1 };
}
