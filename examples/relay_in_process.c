/* A relay, a receiver and a sender in one program, as a test would use them;
 * the relay keeps its keys in DIR:
 *   relay_in_process DIR */
#include <hyco/hyco.h>
#include <stdio.h>
#include <string.h>

static const char question[] = "Is anybody there?";

/* What the test waits for. */
struct answer {
  char text[64];
  size_t len;
  bool whole;
};

static void on_question(hyco_receiver *r, const hyco_connection_data_in *e,
                        void *user_data)
{
  (void)user_data;
  hyco_receiver_send(r, e->connection_id, e->data, e->len);
}

static void on_answer(hyco_sender *s, const hyco_data_in *e, void *user_data)
{
  struct answer *answer = user_data;
  size_t room = sizeof answer->text - answer->len;
  size_t n = e->len < room ? e->len : room;
  (void)s;
  memcpy(answer->text + answer->len, e->data, n);
  answer->len += n;
  answer->whole = answer->len >= sizeof question - 1;
}

static int listen_at(hyco_receiver *r, const hyco_relay *relay)
{
  int rc = hyco_receiver_set_connection_string(
      r, hyco_relay_connection_string(relay));
  if (rc == 0)
    rc = hyco_receiver_set_string(r, HYCO_OPENSSL_CA_FILE,
                                  hyco_relay_ca_file(relay));
  if (rc == 0)
    rc = hyco_receiver_set_string(r, HYCO_HYBRID_CONNECTION, "test");
  return rc == 0 ? hyco_receiver_set_bool(r, HYCO_LISTENING, true) : rc;
}

static int ask(hyco_sender *s, const hyco_relay *relay,
               const struct answer *answer)
{
  int rc =
      hyco_sender_set_connection_string(s, hyco_relay_connection_string(relay));
  if (rc == 0)
    rc = hyco_sender_set_string(s, HYCO_OPENSSL_CA_FILE,
                                hyco_relay_ca_file(relay));
  if (rc == 0)
    rc = hyco_sender_set_string(s, HYCO_HYBRID_CONNECTION, "test");
  if (rc == 0)
    rc = hyco_sender_connect(s); /* runs the loop: the receiver accepts */
  if (rc == 0)
    rc = hyco_sender_send(s, question, sizeof question - 1);
  bool connected = rc == 0;
  while (connected && !answer->whole) {
    hyco_sender_do_events(s, -1);
    hyco_sender_get_bool(s, HYCO_CONNECTED, &connected);
  }
  return rc;
}

/* Both parties live on one loop; the relay has a thread of its own. */
static int talk(const hyco_relay *relay, hyco_loop *loop)
{
  const hyco_receiver_events receiver = { .on_connection_data_in =
                                              on_question };
  const hyco_sender_events sender = { .on_data_in = on_answer };
  struct answer answer = { .len = 0 };
  hyco_receiver *r = NULL;
  hyco_sender *s = NULL;

  int rc = hyco_receiver_new(loop, &receiver, NULL, &r);
  if (rc == 0)
    rc = hyco_sender_new(loop, &sender, &answer, &s);
  if (rc == 0)
    rc = listen_at(r, relay);
  if (rc == 0)
    rc = ask(s, relay, &answer);
  if (rc < 0)
    fprintf(stderr, "%s\n", hyco_strerror(rc));
  else
    printf("%.*s\n", (int)answer.len, answer.text);
  hyco_sender_free(s);
  hyco_receiver_free(r);
  return answer.whole ? 0 : 1;
}

int main(int argc, char **argv)
{
  char why[256] = "";
  hyco_relay_options options = { .dir = argc > 1 ? argv[1] : NULL,
                                 .error_text = why,
                                 .error_text_size = sizeof why };
  hyco_relay *relay;
  hyco_loop *loop;

  if (hyco_relay_start(&options, &relay) < 0) {
    fprintf(stderr, "no relay: %s\n", why);
    return 1;
  }
  int status = 1;
  if (hyco_loop_new(&loop) == 0) {
    status = talk(relay, loop);
    hyco_loop_free(loop);
  }
  hyco_relay_stop(relay);
  return status;
}
