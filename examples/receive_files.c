/* Writes what each sender sends to a file DIR/ID, with the connection's id:
 *   HYCO_CONNECTION_STRING=... receive_files ENTITY DIR [CA_FILE]
 * until SIGINT or SIGTERM. A connection that is cut leaves no file. */
#include <hyco/hyco.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

struct file {
  struct file *next;
  int id; /* of the connection */
  FILE *out;
  char path[4096];
};

struct store {
  const char *dir;
  struct file *files; /* being written */
};

static hyco_loop *loop;

static void on_signal(int number)
{
  (void)number;
  hyco_loop_stop(loop); /* NOLINT(bugprone-signal-handler): hyco/loop.h */
}

static struct file **find(struct store *store, int id)
{
  struct file **at = &store->files;
  while (*at != NULL && (*at)->id != id)
    at = &(*at)->next;
  return at;
}

static void on_connected(hyco_receiver *r, int id, void *user_data)
{
  struct store *store = user_data;
  struct file *file = calloc(1, sizeof *file);
  if (file == NULL)
    abort();
  *file = (struct file){ .next = store->files, .id = id };
  store->files = file;
  snprintf(file->path, sizeof file->path, "%s/%d", store->dir, id);
  file->out = fopen(file->path, "wx"); /* never over another file */
  if (file->out == NULL) {
    perror(file->path);
    hyco_receiver_disconnect(r, id);
  }
}

static void discard(struct file *file)
{
  fclose(file->out);
  unlink(file->path);
  file->out = NULL;
}

static void on_data_in(hyco_receiver *r, const hyco_connection_data_in *e,
                       void *user_data)
{
  struct file *file = *find(user_data, e->connection_id);
  if (file->out == NULL || fwrite(e->data, 1, e->len, file->out) == e->len)
    return;
  perror(file->path);
  discard(file);
  hyco_receiver_disconnect(r, e->connection_id);
}

/* 1000 is a normal end, 1005 one without a code. */
static void on_disconnected(hyco_receiver *r,
                            const hyco_connection_disconnected *e,
                            void *user_data)
{
  struct file **at = find(user_data, e->connection_id);
  struct file *file = *at;
  (void)r;
  *at = file->next;
  if (file->out != NULL && e->status_code != 1000 && e->status_code != 1005)
    discard(file);
  else if (file->out != NULL && fclose(file->out) == 0)
    fprintf(stderr, "%s\n", file->path);
  free(file);
}

static void check(hyco_receiver *r, int rc)
{
  if (rc == 0)
    return;
  fprintf(stderr, "%s: %s\n", hyco_error_name(rc),
          hyco_receiver_last_error_text(r));
  exit(1);
}

int main(int argc, char **argv)
{
  const hyco_receiver_events events = {
    .on_connection_connected = on_connected,
    .on_connection_data_in = on_data_in,
    .on_connection_disconnected = on_disconnected,
  };
  struct store store = { .dir = argc > 2 ? argv[2] : NULL };
  const char *where = getenv("HYCO_CONNECTION_STRING");
  hyco_receiver *r;
  if (argc < 3 || hyco_receiver_new(NULL, &events, &store, &r) < 0)
    return 2;
  loop = hyco_receiver_loop(r);
  signal(SIGINT, on_signal);
  signal(SIGTERM, on_signal);
  check(r, hyco_receiver_set_connection_string(r, where));
  check(r, hyco_receiver_set_string(r, HYCO_HYBRID_CONNECTION, argv[1]));
  if (argc > 3)
    check(r, hyco_receiver_set_string(r, HYCO_OPENSSL_CA_FILE, argv[3]));
  check(r, hyco_receiver_run(r));
  hyco_receiver_shutdown(r); /* connections end well: 1000 */
  hyco_receiver_free(r);
}
