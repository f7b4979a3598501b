/* Joins each sender to a TCP service, such as an SSH server or a database:
 *   HYCO_CONNECTION_STRING=... tcp_proxy ENTITY HOST PORT [CA_FILE]
 * The library moves the bytes; the events only tell of it. */
#include <hyco/hyco.h>
#include <stdio.h>
#include <stdlib.h>

static void on_connected(hyco_receiver *r, const hyco_connected *e,
                         void *user_data)
{
  (void)r;
  (void)user_data;
  fprintf(stderr, "%s\n", e->status_code == 0 ? "listening" : e->description);
}

static void on_request(hyco_receiver *r, hyco_connection_request *e,
                       void *user_data)
{
  (void)r;
  (void)user_data;
  fprintf(stderr, "%s asks\n", e->remote_address);
  /* e->accept = false would refuse it, before the service hears of it */
}

static void on_joined(hyco_receiver *r, int id, void *user_data)
{
  (void)r;
  (void)user_data;
  fprintf(stderr, "connection %d: joined\n", id);
}

static void on_disconnected(hyco_receiver *r,
                            const hyco_connection_disconnected *e,
                            void *user_data)
{
  (void)r;
  (void)user_data;
  fprintf(stderr, "connection %d: over: %d %s\n", e->connection_id,
          e->status_code, e->description);
}

/* Among others: the service is down. The sender got a 502 then. */
static void on_error(hyco_receiver *r, const hyco_error_event *e,
                     void *user_data)
{
  (void)r;
  (void)user_data;
  fprintf(stderr, "error %d: %s\n", e->error_code, e->description);
}

static int serve(hyco_receiver *r, char **argv, const char *ca_file)
{
  int rc =
      hyco_receiver_set_connection_string(r, getenv("HYCO_CONNECTION_STRING"));
  if (rc == 0)
    rc = hyco_receiver_set_string(r, HYCO_HYBRID_CONNECTION, argv[1]);
  if (rc == 0)
    rc = hyco_receiver_set_string(r, HYCO_FORWARDING_HOST, argv[2]);
  if (rc == 0)
    rc = hyco_receiver_set_int(r, HYCO_FORWARDING_PORT,
                               strtol(argv[3], NULL, 10));
  if (rc == 0 && ca_file != NULL)
    rc = hyco_receiver_set_string(r, HYCO_OPENSSL_CA_FILE, ca_file);
  if (rc == 0)
    rc = hyco_receiver_start(r); /* a first try that fails is repeated */
  return rc == 0 ? hyco_receiver_run(r) : rc;
}

int main(int argc, char **argv)
{
  const hyco_receiver_events events = {
    .on_connected = on_connected,
    .on_connection_request = on_request,
    .on_connection_connected = on_joined,
    .on_connection_disconnected = on_disconnected,
    .on_error = on_error,
  };
  hyco_receiver *r;
  if (argc < 4 || hyco_receiver_new(NULL, &events, NULL, &r) < 0)
    return 2;
  int rc = serve(r, argv, argc > 4 ? argv[4] : NULL);
  fprintf(stderr, "tcp_proxy: %s: %s\n", hyco_error_name(rc),
          hyco_receiver_last_error_text(r));
  hyco_receiver_free(r);
  return 1;
}
