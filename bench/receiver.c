/* hyco_bench_receiver ENTITY CA: a receiver as a user of the C API writes it,
 * which sends back what comes and never blocks. HYCO_CONNECTION_STRING says
 * where to. Prints "listening". */
#include <hyco/hyco.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* By connection id modulo the table's size: what could not be sent yet. Nothing
 * more comes in before it is gone. */
enum { WAITING_MAX = 16384 };

struct waiting {
  void *bytes;
  size_t len;
};

static struct waiting table[WAITING_MAX];

static void fail(hyco_receiver *r, int id, int rc)
{
  fprintf(stderr, "connection %d: %s\n", id, hyco_error_name(rc));
  hyco_receiver_disconnect(r, id);
}

static void on_data_in(hyco_receiver *r, const hyco_connection_data_in *e,
                       void *user_data)
{
  struct waiting *w = &table[e->connection_id % WAITING_MAX];
  (void)user_data;
  if (e->len == 0)
    return;
  int rc = hyco_receiver_send(r, e->connection_id, e->data, e->len);
  if (rc == HYCO_EWOULDBLOCK) {
    w->bytes = malloc(e->len);
    if (w->bytes == NULL)
      exit(1);
    memcpy(w->bytes, e->data, e->len);
    w->len = e->len;
    rc = hyco_connection_set_bool(r, e->connection_id,
                                  HYCO_CONNECTION_ACCEPT_DATA, false);
  }
  if (rc < 0)
    fail(r, e->connection_id, rc);
}

static void on_ready_to_send(hyco_receiver *r, int id, void *user_data)
{
  struct waiting *w = &table[id % WAITING_MAX];
  (void)user_data;
  if (w->bytes == NULL)
    return;
  int rc = hyco_receiver_send(r, id, w->bytes, w->len);
  if (rc == HYCO_EWOULDBLOCK)
    return;
  free(w->bytes);
  w->bytes = NULL;
  if (rc == 0)
    rc = hyco_connection_set_bool(r, id, HYCO_CONNECTION_ACCEPT_DATA, true);
  if (rc < 0)
    fail(r, id, rc);
}

static int listen_at(hyco_receiver *r, const char *entity, const char *ca_file)
{
  const char *where = getenv("HYCO_CONNECTION_STRING");
  int rc = hyco_receiver_set_connection_string(r, where != NULL ? where : "");
  if (rc == 0)
    rc = hyco_receiver_set_string(r, HYCO_HYBRID_CONNECTION, entity);
  if (rc == 0)
    rc = hyco_receiver_set_string(r, HYCO_OPENSSL_CA_FILE, ca_file);
  if (rc == 0)
    rc = hyco_receiver_set_bool(r, HYCO_LISTENING, true);
  return rc;
}

int main(int argc, char **argv)
{
  const hyco_receiver_events events = {
    .on_connection_data_in = on_data_in,
    .on_connection_ready_to_send = on_ready_to_send,
  };
  hyco_receiver *r;
  if (argc != 3 || hyco_receiver_new(NULL, &events, NULL, &r) < 0)
    return 2;
  int rc = listen_at(r, argv[1], argv[2]);
  if (rc < 0) {
    fprintf(stderr, "%s: %s\n", hyco_error_name(rc),
            hyco_receiver_last_error_text(r));
    return 1;
  }
  printf("listening\n");
  fflush(stdout);
  for (;;)
    hyco_receiver_do_events(r, -1);
}
