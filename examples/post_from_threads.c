/* Answers each message, a number, with how many primes there are up to it; a
 * thread works that out and posts the answer to the loop:
 *   HYCO_CONNECTION_STRING=... post_from_threads ENTITY [CA_FILE]
 * A receiver belongs to the thread that runs its loop. hyco_loop_post is how
 * other threads get there. */
#include <hyco/hyco.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>

enum { NUMBER_MAX = 100000000 };

/* Goes from the loop to a thread and back. */
struct job {
  hyco_receiver *receiver;
  hyco_loop *loop;
  int connection_id;
  unsigned long number;
  unsigned long primes;
};

/* On the loop's thread. If the connection is gone by now that is HYCO_EBADID
 * and no harm: its id stands for no other. */
static void send_answer(void *user_data)
{
  struct job *job = user_data;
  char text[32];
  int len = snprintf(text, sizeof text, "%lu", job->primes);
  int rc = hyco_receiver_send_text(job->receiver, job->connection_id, text,
                                   (size_t)len);
  if (rc == HYCO_EWOULDBLOCK) /* it asks and does not read */
    hyco_receiver_disconnect(job->receiver, job->connection_id);
  free(job);
}

static bool is_prime(unsigned long n)
{
  for (unsigned long i = 2; i * i <= n; i++)
    if (n % i == 0)
      return false;
  return n > 1;
}

/* On a thread of its own: the receiver is not touched here. */
static void *work(void *user_data)
{
  struct job *job = user_data;
  for (unsigned long n = 2; n <= job->number; n++)
    job->primes += is_prime(n);
  if (hyco_loop_post(job->loop, send_answer, job) < 0)
    free(job);
  return NULL;
}

static bool start_work(hyco_receiver *r, int id, unsigned long number)
{
  struct job *job = calloc(1, sizeof *job);
  pthread_t thread;
  if (job == NULL)
    return false;
  job->receiver = r;
  job->loop = hyco_receiver_loop(r);
  job->connection_id = id;
  job->number = number;
  if (pthread_create(&thread, NULL, work, job) != 0) {
    free(job);
    return false;
  }
  pthread_detach(thread);
  return true;
}

/* BufferMessage: each event is a whole message. */
static void on_data_in(hyco_receiver *r, const hyco_connection_data_in *e,
                       void *user_data)
{
  char text[16];
  (void)user_data;
  snprintf(text, sizeof text, "%.*s", (int)(e->len < 15 ? e->len : 15),
           (const char *)e->data);
  unsigned long number = strtoul(text, NULL, 10);
  if (number > NUMBER_MAX || !start_work(r, e->connection_id, number))
    hyco_receiver_disconnect(r, e->connection_id);
}

static int serve(hyco_receiver *r, const char *entity, const char *ca_file)
{
  int rc =
      hyco_receiver_set_connection_string(r, getenv("HYCO_CONNECTION_STRING"));
  if (rc == 0)
    rc = hyco_receiver_set_string(r, HYCO_HYBRID_CONNECTION, entity);
  if (rc == 0 && ca_file != NULL)
    rc = hyco_receiver_set_string(r, HYCO_OPENSSL_CA_FILE, ca_file);
  if (rc == 0)
    rc = hyco_receiver_set_bool(r, HYCO_BUFFER_MESSAGE, true);
  return rc == 0 ? hyco_receiver_run(r) : rc;
}

int main(int argc, char **argv)
{
  const hyco_receiver_events events = { .on_connection_data_in = on_data_in };
  hyco_receiver *r;
  if (argc < 2 || hyco_receiver_new(NULL, &events, NULL, &r) < 0)
    return 2;
  int rc = serve(r, argv[1], argc > 2 ? argv[2] : NULL);
  fprintf(stderr, "post_from_threads: %s: %s\n", hyco_error_name(rc),
          hyco_receiver_last_error_text(r));
  return 1; /* r is not freed: threads may still be at work for it */
}
