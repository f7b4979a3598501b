/* Answers HTTP requests at a hybrid connection:
 *   HYCO_CONNECTION_STRING=... http_responder ENTITY [CA_FILE] */
#include <hyco/hyco.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void answer(hyco_receiver *r, const hyco_http_request *e,
                   void *user_data)
{
  static const char body[] = "Hello from a hybrid connection\n";
  (void)user_data;
  printf("%s %s\n", e->request_method, e->request_target);
  fflush(stdout);
  hyco_receiver_send_http_response(r, e->connection_id, 200, "OK", body,
                                   strlen(body));
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
  const hyco_receiver_events events = { .on_http_request = answer };
  const char *where = getenv("HYCO_CONNECTION_STRING");
  hyco_receiver *r;
  if (argc < 2 || hyco_receiver_new(NULL, &events, NULL, &r) < 0)
    return 2;
  check(r, hyco_receiver_set_connection_string(r, where));
  check(r, hyco_receiver_set_string(r, HYCO_HYBRID_CONNECTION, argv[1]));
  if (argc > 2)
    check(r, hyco_receiver_set_string(r, HYCO_OPENSSL_CA_FILE, argv[2]));
  check(r, hyco_receiver_run(r));
  hyco_receiver_free(r);
}
