/* Listens at a hybrid connection and sends back what comes:
 *   HYCO_CONNECTION_STRING=... echo_receiver ENTITY [CA_FILE] */
#include <hyco/hyco.h>
#include <stdio.h>
#include <stdlib.h>

static void echo(hyco_receiver *r, const hyco_connection_data_in *e,
                 void *user_data)
{
  (void)user_data;
  if (hyco_receiver_send(r, e->connection_id, e->data, e->len) < 0)
    hyco_receiver_disconnect(r, e->connection_id);
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
  const hyco_receiver_events events = { .on_connection_data_in = echo };
  const char *where = getenv("HYCO_CONNECTION_STRING");
  hyco_receiver *r;
  if (argc < 2 || hyco_receiver_new(NULL, &events, NULL, &r) < 0)
    return 2;
  check(r, hyco_receiver_set_connection_string(r, where));
  check(r, hyco_receiver_set_string(r, HYCO_HYBRID_CONNECTION, argv[1]));
  if (argc > 2)
    check(r, hyco_receiver_set_string(r, HYCO_OPENSSL_CA_FILE, argv[2]));
  check(r,
        hyco_receiver_set_int(r, HYCO_DEFAULT_TIMEOUT, 60)); /* sends block */
  check(r, hyco_receiver_run(r));
  hyco_receiver_free(r);
}
