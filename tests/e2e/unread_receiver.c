/* unread_receiver STRING_FILE CA_FILE ENTITY: a receiver that takes one
 * connection and reads nothing of it until SIGUSR1 comes. Prints "listening",
 * "connected", and at the end "received BYTES, closed CODE". */
#include "party_arguments.h"

#include <hyco/hyco.h>

#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>

enum { TURN_MS = 20 };

struct sink {
  int connection; /* 0: none yet */
  uint64_t received;
  bool over;
};

static volatile sig_atomic_t may_read;

static void on_signal(int number)
{
  (void)number;
  may_read = 1;
}

static void on_connected(hyco_receiver *r, const hyco_connected *e,
                         void *user_data)
{
  (void)r;
  (void)user_data;
  if (e->status_code == 0)
    puts("listening");
  else
    printf("error %d %s\n", e->status_code, e->description);
}

static void on_connection_connected(hyco_receiver *r, int id, void *user_data)
{
  struct sink *sink = user_data;
  sink->connection = id;
  if (hyco_connection_set_bool(r, id, HYCO_CONNECTION_ACCEPT_DATA, false) == 0)
    puts("connected");
}

static void on_data_in(hyco_receiver *r, const hyco_connection_data_in *e,
                       void *user_data)
{
  struct sink *sink = user_data;
  (void)r;
  sink->received += e->len;
}

static void on_disconnected(hyco_receiver *r,
                            const hyco_connection_disconnected *e,
                            void *user_data)
{
  struct sink *sink = user_data;
  (void)r;
  printf("received %" PRIu64 ", closed %d\n", sink->received, e->status_code);
  sink->over = true;
}

static void serve(hyco_receiver *r, struct sink *sink)
{
  bool reads = false;
  while (!sink->over) {
    hyco_receiver_do_events(r, TURN_MS);
    if (may_read && !reads && sink->connection != 0) {
      reads = true;
      hyco_connection_set_bool(r, sink->connection, HYCO_CONNECTION_ACCEPT_DATA,
                               true);
    }
  }
}

int main(int argc, char **argv)
{
  static const hyco_receiver_events events = {
    .on_connected = on_connected,
    .on_connection_connected = on_connection_connected,
    .on_connection_data_in = on_data_in,
    .on_connection_disconnected = on_disconnected,
  };
  struct sink sink = { 0 };
  hyco_receiver *r = NULL;
  if (argc != 4) {
    fprintf(stderr, "usage: unread_receiver STRING_FILE CA_FILE ENTITY\n");
    return 2;
  }
  setvbuf(stdout, NULL, _IOLBF, 0);
  signal(SIGUSR1, on_signal);

  int rc = hyco_receiver_new(NULL, &events, &sink, &r);
  if (rc == 0)
    rc = party_configure(r, argv);
  if (rc == 0)
    rc = hyco_receiver_start(r);
  if (rc == 0)
    serve(r, &sink);
  else
    fprintf(stderr, "unread_receiver: %s\n", hyco_strerror(rc));
  hyco_receiver_free(r);
  return rc == 0 ? 0 : 1;
}
