/* hyco_bench_http_receiver ENTITY CA: answers HTTP requests as a user of the C
 * API does; job.h says what each path gives. HYCO_CONNECTION_STRING says where
 * to. Prints "listening". */
#include "job.h"

#include <hyco/hyco.h>
#include <stdio.h>
#include <stdlib.h>

/* By id modulo the table's size. */
enum { JOBS_MAX = 16384 };

static struct job jobs[JOBS_MAX];
static const char block[JOB_BLOCK];

/* The one stream of events. It outlasts thousands of other requests, so that
 * the table is no place for it. */
static struct {
  int id; /* 0: none */
  uint64_t left;
  uint64_t due_ns;
} events;

static struct job *job_at(int id)
{
  return &jobs[id % JOBS_MAX];
}

static void check(const char *what, int rc)
{
  if (rc < 0) {
    fprintf(stderr, "%s: %s\n", what, hyco_error_name(rc));
    exit(1);
  }
}

/* Until it would block; on_http_ready goes on. */
static void pour(hyco_receiver *r, int id)
{
  struct job *job = job_at(id);
  while (job->n > 0) {
    size_t n = job->n < sizeof block ? (size_t)job->n : sizeof block;
    int rc = hyco_response_write(r, id, block, n);
    if (rc == HYCO_EWOULDBLOCK)
      return;
    check("writing", rc);
    job->n -= n;
  }
  check("the end", hyco_response_end(r, id));
}

static void send_event(hyco_receiver *r)
{
  char event[JOB_EVENT_LEN + 1];
  job_event(event);
  check("an event", hyco_response_write(r, events.id, event, JOB_EVENT_LEN));
  check("flushing", hyco_response_flush(r, events.id));
  events.due_ns += JOB_EVENT_MS * UINT64_C(1000000);
  if (--events.left > 0)
    return;
  check("the end", hyco_response_end(r, events.id));
  events.id = 0;
}

static void begin_events(hyco_receiver *r, int id, uint64_t n)
{
  if (events.id != 0)
    check("a second stream", HYCO_EBUSY);
  events.id = id;
  events.left = n;
  events.due_ns = job_now_ns();
  send_event(r);
}

static void on_request(hyco_receiver *r, const hyco_http_request *e,
                       void *user_data)
{
  struct job *job = job_at(e->connection_id);
  (void)user_data;
  *job = job_of(e->request_target);
  if (job->kind == JOB_SOURCE)
    pour(r, e->connection_id);
  else if (job->kind == JOB_EVENTS && job->n > 0)
    begin_events(r, e->connection_id, job->n);
  else if (!e->has_body)
    check("the end", hyco_response_end(r, e->connection_id));
}

static void on_data(hyco_receiver *r, const hyco_http_request_data *e,
                    void *user_data)
{
  int id = e->connection_id;
  (void)user_data;
  if (job_at(id)->kind == JOB_ECHO && e->len > 0)
    check("writing", hyco_response_write(r, id, e->data, e->len));
  if (e->eom)
    check("the end", hyco_response_end(r, id));
}

static void on_ready(hyco_receiver *r, int id, void *user_data)
{
  (void)user_data;
  pour(r, id);
}

static void on_connected(hyco_receiver *r, const hyco_connected *e,
                         void *user_data)
{
  (void)r;
  (void)user_data;
  puts(e->status_code == 0 ? "listening" : e->description);
  fflush(stdout);
}

static int configure(hyco_receiver *r, char **argv)
{
  const char *where = getenv("HYCO_CONNECTION_STRING");
  int rc = hyco_receiver_set_connection_string(r, where != NULL ? where : "");
  if (rc == 0)
    rc = hyco_receiver_set_string(r, HYCO_HYBRID_CONNECTION, argv[1]);
  if (rc == 0)
    rc = hyco_receiver_set_string(r, HYCO_OPENSSL_CA_FILE, argv[2]);
  if (rc == 0)
    rc = hyco_receiver_set_bool(r, HYCO_STREAM_REQUESTS, true);
  return rc;
}

int main(int argc, char **argv)
{
  const hyco_receiver_events handlers = {
    .on_connected = on_connected,
    .on_http_request = on_request,
    .on_http_request_data = on_data,
    .on_http_ready = on_ready,
  };
  hyco_receiver *r;
  if (argc != 3 || hyco_receiver_new(NULL, &handlers, NULL, &r) < 0)
    return 2;
  check("configuring", configure(r, argv));
  check("starting", hyco_receiver_start(r));
  for (;;) {
    hyco_receiver_do_events(r,
                            events.id != 0 ? job_wait_ms(events.due_ns) : -1);
    if (events.id != 0 && job_wait_ms(events.due_ns) == 0)
      send_event(r);
  }
}
