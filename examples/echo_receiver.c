/* Listens at a hybrid connection and sends back what comes:
 *   HYCO_CONNECTION_STRING=... echo_receiver ENTITY [CA_FILE] */
#include <hyco/hyco.h>
#include <stdio.h>
#include <stdlib.h>

static void on_data_in(hyco_receiver *r, const hyco_connection_data_in *e,
                       void *user_data)
{
  (void)user_data;
  if (e->data_format == HYCO_FORMAT_PONG || e->len == 0)
    return;
  /* Blocks until all is sent (default_timeout): nothing has to be kept. While
   * it does, the other connections wait as well; docs/architecture.md, "Turns",
   * tells of the other way. */
  if (hyco_receiver_send(r, e->connection_id, e->data, e->len) < 0)
    hyco_receiver_disconnect(r, e->connection_id);
}

static int serve(hyco_receiver *r, const char *entity, const char *ca_file)
{
  const char *where = getenv("HYCO_CONNECTION_STRING");
  bool listening = true;
  int rc = hyco_receiver_set_connection_string(r, where != NULL ? where : "");
  if (rc == 0)
    rc = hyco_receiver_set_string(r, HYCO_HYBRID_CONNECTION, entity);
  if (rc == 0 && ca_file != NULL)
    rc = hyco_receiver_set_string(r, HYCO_OPENSSL_CA_FILE, ca_file);
  if (rc == 0)
    rc = hyco_receiver_set_int(r, HYCO_DEFAULT_TIMEOUT, 60);
  if (rc == 0)
    rc = hyco_receiver_set_bool(r, HYCO_LISTENING, true); /* blocks */
  if (rc < 0)
    return rc;
  fprintf(stderr, "listening\n");
  while (listening) { /* false once the service refuses us for good */
    hyco_receiver_do_events(r, -1);
    hyco_receiver_get_bool(r, HYCO_LISTENING, &listening);
  }
  return HYCO_ENOTCONNECTED;
}

int main(int argc, char **argv)
{
  const hyco_receiver_events events = { .on_connection_data_in = on_data_in };
  hyco_receiver *r;
  if (argc < 2 || hyco_receiver_new(NULL, &events, NULL, &r) < 0)
    return 2;
  int rc = serve(r, argv[1], argc > 2 ? argv[2] : NULL);
  fprintf(stderr, "echo_receiver: %s: %s\n", hyco_error_name(rc),
          hyco_receiver_last_error_text(r));
  hyco_receiver_free(r);
  return 1;
}
