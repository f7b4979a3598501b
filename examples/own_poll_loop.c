/* A sender inside a loop of one's own: poll() waits for standard input and for
 * hyco at once. Lines that are typed go out, what comes is printed:
 *   HYCO_CONNECTION_STRING=... own_poll_loop ENTITY [CA_FILE] */
#include <errno.h>
#include <hyco/hyco.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

struct chat {
  hyco_sender *sender;
  char input[4096];
  size_t len;  /* of what the sender has not taken yet */
  bool at_end; /* of standard input */
  bool over;
};

static void on_data_in(hyco_sender *s, const hyco_data_in *e, void *user_data)
{
  (void)s;
  (void)user_data;
  fwrite(e->data, 1, e->len, stdout);
  fflush(stdout);
}

static void send_input(struct chat *chat)
{
  int rc = hyco_sender_send(chat->sender, chat->input, chat->len);
  if (rc == HYCO_EWOULDBLOCK)
    return; /* on_ready_to_send follows */
  chat->len = 0;
  if (rc < 0)
    hyco_sender_disconnect(chat->sender);
}

static void on_ready_to_send(hyco_sender *s, void *user_data)
{
  struct chat *chat = user_data;
  (void)s;
  if (chat->len > 0)
    send_input(chat);
}

static void on_disconnected(hyco_sender *s, const hyco_disconnected *e,
                            void *user_data)
{
  struct chat *chat = user_data;
  (void)s;
  fprintf(stderr, "closed: %d %s\n", e->status_code, e->description);
  chat->over = true;
}

/* At the end of input our direction is closed; the peer's may go on. */
static void read_input(struct chat *chat)
{
  ssize_t n = read(STDIN_FILENO, chat->input, sizeof chat->input);
  if (n > 0) {
    chat->len = (size_t)n;
    send_input(chat);
  } else {
    chat->at_end = true;
    hyco_sender_disconnect(chat->sender);
  }
}

static int run(struct chat *chat)
{
  hyco_loop *loop = hyco_sender_loop(chat->sender);
  while (!chat->over) {
    bool wants_input = chat->len == 0 && !chat->at_end;
    struct pollfd fds[2] = {
      { .fd = hyco_loop_fd(loop), .events = POLLIN },
      { .fd = wants_input ? STDIN_FILENO : -1, .events = POLLIN },
    };
    if (poll(fds, 2, hyco_loop_timeout(loop)) < 0 && errno != EINTR)
      return 1;
    hyco_loop_do_events(loop, 0);
    if (fds[1].revents != 0 && !chat->over)
      read_input(chat);
  }
  return 0;
}

static int connect_to(hyco_sender *s, const char *entity, const char *ca_file)
{
  int rc =
      hyco_sender_set_connection_string(s, getenv("HYCO_CONNECTION_STRING"));
  if (rc == 0)
    rc = hyco_sender_set_string(s, HYCO_HYBRID_CONNECTION, entity);
  if (rc == 0 && ca_file != NULL)
    rc = hyco_sender_set_string(s, HYCO_OPENSSL_CA_FILE, ca_file);
  if (rc == 0)
    rc = hyco_sender_set_bool(s, HYCO_HALF_CLOSE, true);
  return rc == 0 ? hyco_sender_connect(s) : rc;
}

int main(int argc, char **argv)
{
  const hyco_sender_events events = { .on_data_in = on_data_in,
                                      .on_ready_to_send = on_ready_to_send,
                                      .on_disconnected = on_disconnected };
  struct chat chat = { 0 };
  if (argc < 2 || hyco_sender_new(NULL, &events, &chat, &chat.sender) < 0)
    return 2;
  int rc = connect_to(chat.sender, argv[1], argc > 2 ? argv[2] : NULL);
  if (rc < 0)
    fprintf(stderr, "own_poll_loop: %s: %s\n", hyco_error_name(rc),
            hyco_sender_last_error_text(chat.sender));
  int status = rc < 0 ? 1 : run(&chat);
  hyco_sender_free(chat.sender);
  return status;
}
