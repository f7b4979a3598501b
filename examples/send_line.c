/* Sends a line to a hybrid connection and prints the message that comes back:
 *   HYCO_CONNECTION_STRING=... send_line ENTITY LINE [CA_FILE] */
#include <hyco/hyco.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void on_data_in(hyco_sender *s, const hyco_data_in *e, void *user_data)
{
  (void)user_data;
  fwrite(e->data, 1, e->len, stdout);
  if (!e->eom)
    return;
  putchar('\n');
  hyco_sender_disconnect(s);
}

static int send_line(hyco_sender *s, char **argv)
{
  int rc =
      hyco_sender_set_connection_string(s, getenv("HYCO_CONNECTION_STRING"));
  if (rc == 0)
    rc = hyco_sender_set_string(s, HYCO_HYBRID_CONNECTION, argv[1]);
  if (rc == 0 && argv[3] != NULL)
    rc = hyco_sender_set_string(s, HYCO_OPENSSL_CA_FILE, argv[3]);
  if (rc == 0)
    rc = hyco_sender_connect(s); /* blocks */
  if (rc == 0)
    rc = hyco_sender_send_text(s, argv[2], strlen(argv[2]));
  return rc == 0 ? hyco_sender_run(s) : rc; /* until the connection is over */
}

int main(int argc, char **argv)
{
  const hyco_sender_events events = { .on_data_in = on_data_in };
  hyco_sender *s;
  if (argc < 3 || hyco_sender_new(NULL, &events, NULL, &s) < 0)
    return 2;
  int rc = send_line(s, argv);
  if (rc < 0)
    fprintf(stderr, "send_line: %s: %s\n", hyco_error_name(rc),
            hyco_sender_last_error_text(s));
  hyco_sender_free(s);
  return rc == 0 ? 0 : 1;
}
