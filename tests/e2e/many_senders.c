/* many_senders STRING_FILE CA_FILE ENTITY COUNT ROUNDS: COUNT senders on one
 * loop, all connected at once to a receiver that echoes. Each sends messages of
 * its own and checks the bytes that come back (an echo may draw other
 * boundaries). Prints "echoed COUNT" when all are
 * correct, waits for a line on standard input, and cuts them all; ROUNDS times,
 * "cut COUNT" each time. */
#include <hyco/hyco.h>

#include <poll.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { TURN_MS = 50, MESSAGES = 3, MESSAGE_MAX = 20000, TEXT_MAX = 1024 };

struct crowd;

struct one {
  struct crowd *crowd;
  hyco_sender *sender;
  unsigned number;
  unsigned messages; /* that were sent */
  size_t sent;       /* bytes */
  size_t got;
};

struct crowd {
  hyco_loop *loop;
  char string[TEXT_MAX];
  const char *ca;
  const char *entity;
  unsigned count;
  unsigned connected;
  unsigned done;
  bool failed;
  struct one *all;
};

static void fail(struct one *one, const char *what)
{
  fprintf(stderr, "many_senders: sender %u: %s\n", one->number, what);
  one->crowd->failed = true;
}

static size_t next_length(const struct one *one)
{
  static const size_t lengths[MESSAGES] = { 1, 1000, MESSAGE_MAX - 1000 };
  return lengths[one->messages] + one->number % 1000;
}

/* No two senders have the same bytes at the same place. */
static uint8_t byte_at(const struct one *one, size_t i)
{
  uint32_t x = one->number * 2654435761U + (uint32_t)i;
  return (uint8_t)((x * 2246822519U) >> 24);
}

static void send_next(struct one *one)
{
  static uint8_t bytes[MESSAGE_MAX];
  size_t len = next_length(one);

  for (size_t i = 0; i < len; i++)
    bytes[i] = byte_at(one, one->sent + i);
  if (hyco_sender_send(one->sender, bytes, len) != 0)
    fail(one, hyco_sender_last_error_text(one->sender));
  one->sent += len;
  one->messages++;
}

static void on_connected(hyco_sender *s, const hyco_connected *e,
                         void *user_data)
{
  struct one *one = user_data;
  (void)s;
  if (e->status_code != 0)
    fail(one, e->description);
  one->crowd->connected++;
}

static void on_data_in(hyco_sender *s, const hyco_data_in *e, void *user_data)
{
  struct one *one = user_data;
  const uint8_t *bytes = e->data;

  (void)s;
  if (one->got + e->len > one->sent) {
    fail(one, "more came than was sent");
    return;
  }
  for (size_t i = 0; i < e->len; i++) {
    if (bytes[i] != byte_at(one, one->got + i)) {
      fail(one, "other bytes came than were sent");
      return;
    }
  }
  one->got += e->len;
  if (one->got < one->sent)
    return;
  if (one->messages == MESSAGES)
    one->crowd->done++;
  else
    send_next(one);
}

static void on_disconnected(hyco_sender *s, const hyco_disconnected *e,
                            void *user_data)
{
  (void)s;
  fail(user_data, e->description);
}

static int start(struct one *one)
{
  static const hyco_sender_events events = {
    .on_connected = on_connected,
    .on_data_in = on_data_in,
    .on_disconnected = on_disconnected,
  };
  struct crowd *crowd = one->crowd;

  int rc = hyco_sender_new(crowd->loop, &events, one, &one->sender);
  if (rc == 0)
    rc = hyco_sender_set_connection_string(one->sender, crowd->string);
  if (rc == 0) /* the system's CAs a thousand times would take a minute */
    rc = hyco_sender_set_string(one->sender, HYCO_SSL_CA_CERT_FILE_PATHS,
                                crowd->ca);
  if (rc == 0)
    rc = hyco_sender_set_string(one->sender, HYCO_HYBRID_CONNECTION,
                                crowd->entity);
  if (rc == 0)
    rc = hyco_sender_start(one->sender);
  return rc;
}

static bool has_line(void)
{
  struct pollfd in = { .fd = STDIN_FILENO, .events = POLLIN };
  char line[16];
  return poll(&in, 1, 0) == 1 && read(STDIN_FILENO, line, sizeof line) >= 0;
}

/* Turns until all have come so far. */
static void wait_for(struct crowd *crowd, const unsigned *n)
{
  while (!crowd->failed && *n < crowd->count)
    hyco_loop_do_events(crowd->loop, TURN_MS);
}

static int run_round(struct crowd *crowd)
{
  int rc = 0;

  crowd->connected = 0;
  crowd->done = 0;
  for (unsigned i = 0; i < crowd->count && rc == 0; i++) {
    crowd->all[i] = (struct one){ .crowd = crowd, .number = i };
    rc = start(&crowd->all[i]);
  }
  if (rc == 0)
    wait_for(crowd, &crowd->connected);
  for (unsigned i = 0; i < crowd->count && rc == 0 && !crowd->failed; i++)
    send_next(&crowd->all[i]);
  if (rc == 0)
    wait_for(crowd, &crowd->done);
  if (rc == 0 && !crowd->failed)
    printf("echoed %u\n", crowd->done);
  while (rc == 0 && !crowd->failed && !has_line())
    hyco_loop_do_events(crowd->loop, TURN_MS);
  for (unsigned i = 0; i < crowd->count; i++) {
    hyco_sender_free(crowd->all[i].sender);
    crowd->all[i].sender = NULL;
  }
  hyco_loop_do_events(crowd->loop, 0);
  return rc;
}

static bool read_string(struct crowd *crowd, const char *path)
{
  FILE *file = fopen(path, "r");
  if (file == NULL)
    return false;
  bool is_read = fgets(crowd->string, sizeof crowd->string, file) != NULL;
  fclose(file);
  crowd->string[strcspn(crowd->string, "\n")] = '\0';
  return is_read;
}

int main(int argc, char **argv)
{
  struct crowd crowd = { 0 };
  int rc = 0;

  if (argc != 6 || !read_string(&crowd, argv[1])) {
    fputs("usage: many_senders STRING_FILE CA_FILE ENTITY COUNT ROUNDS\n",
          stderr);
    return 2;
  }
  setvbuf(stdout, NULL, _IOLBF, 0);
  crowd.ca = argv[2];
  crowd.entity = argv[3];
  crowd.count = (unsigned)strtoul(argv[4], NULL, 10);
  crowd.all = calloc(crowd.count, sizeof crowd.all[0]);
  if (crowd.all == NULL || hyco_loop_new(&crowd.loop) != 0)
    return 1;
  unsigned long rounds = strtoul(argv[5], NULL, 10);
  for (unsigned long i = 0; i < rounds && rc == 0 && !crowd.failed; i++) {
    rc = run_round(&crowd);
    printf("cut %u\n", crowd.count);
  }
  if (rc != 0)
    fprintf(stderr, "many_senders: %s\n", hyco_strerror(rc));
  hyco_loop_free(crowd.loop);
  free(crowd.all);
  return rc == 0 && !crowd.failed ? 0 : 1;
}
