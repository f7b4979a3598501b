/* print_headers STRING_FILE CA_FILE ENTITY: a receiver that prints "listening",
 * then the connect headers of each request, which it rejects with 418. */
#include <hyco/hyco.h>

#include <stdio.h>

static void on_connected(hyco_receiver *r, const hyco_connected *e,
                         void *user_data)
{
  (void)r;
  (void)user_data;
  puts(e->status_code == 0 ? "listening" : e->description);
}

static void on_request(hyco_receiver *r, hyco_connection_request *e,
                       void *user_data)
{
  (void)r;
  (void)user_data;
  puts(e->connect_headers);
  e->accept = false;
  e->status_code = 418;
  e->status_description = "I'm a teapot";
}

static int read_text(const char *path, char *text, size_t room)
{
  FILE *file = fopen(path, "r");
  if (file == NULL)
    return -1;
  size_t len = fread(text, 1, room - 1, file);
  text[len] = '\0';
  return fclose(file);
}

static int set_up(hyco_receiver *r, char **argv)
{
  char text[4096];
  int rc = read_text(argv[1], text, sizeof text);
  if (rc == 0)
    rc = hyco_receiver_set_connection_string(r, text);
  if (rc == 0)
    rc = hyco_receiver_set_string(r, HYCO_OPENSSL_CA_FILE, argv[2]);
  if (rc == 0)
    rc = hyco_receiver_set_string(r, HYCO_HYBRID_CONNECTION, argv[3]);
  return rc == 0 ? hyco_receiver_start(r) : rc;
}

int main(int argc, char **argv)
{
  const hyco_receiver_events events = {
    .on_connected = on_connected,
    .on_connection_request = on_request,
  };
  hyco_receiver *r;
  if (argc != 4 || hyco_receiver_new(NULL, &events, NULL, &r) < 0)
    return 2;
  setvbuf(stdout, NULL, _IOLBF, 0);
  int rc = set_up(r, argv);
  while (rc >= 0) /* until a signal comes */
    rc = hyco_receiver_do_events(r, -1);
  hyco_receiver_free(r);
  return 1;
}
