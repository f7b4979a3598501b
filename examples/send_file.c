/* Sends a file to a hybrid connection as one message and tells how far it is:
 *   HYCO_CONNECTION_STRING=... send_file ENTITY FILE [CA_FILE] */
#include <hyco/hyco.h>
#include <stdio.h>
#include <stdlib.h>

static void on_progress(hyco_sender *s, const hyco_progress *e, void *user_data)
{
  (void)s;
  (void)user_data;
  fprintf(stderr, "%lld of %lld bytes\n", (long long)e->bytes_sent,
          (long long)e->size);
}

static int send_file(hyco_sender *s, char **argv)
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
    rc = hyco_sender_send_file(s, argv[2]); /* goes on in the loop */
  if (rc == 0)
    rc = hyco_sender_disconnect(s);         /* once the file is through */
  return rc == 0 ? hyco_sender_run(s) : rc; /* until the connection is over */
}

int main(int argc, char **argv)
{
  const hyco_sender_events events = { .on_progress = on_progress };
  hyco_sender *s;
  if (argc < 3 || hyco_sender_new(NULL, &events, NULL, &s) < 0)
    return 2;
  int rc = send_file(s, argv);
  if (rc < 0)
    fprintf(stderr, "send_file: %s: %s\n", hyco_error_name(rc),
            hyco_sender_last_error_text(s));
  hyco_sender_free(s);
  return rc == 0 ? 0 : 1;
}
