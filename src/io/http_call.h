/* The inside of an HTTP call. libcurl's callbacks, in http_call.c, only fill
 * and empty its buffers; what it tells its owner is in http_client.c, how it
 * ends in http_end.c. */
#ifndef HC_IO_HTTP_CALL_H
#define HC_IO_HTTP_CALL_H

#include "base/buffer.h"
#include "io/loop_internal.h"
#include "net/http.h"
#include "tls/lend.h"

struct hc_curl_job;

struct hc_io_call {
  struct hc_http_call base;
  struct hc_loop *loop;
  struct hc_list node;            /* in loop->calls */
  struct hc_curl_job *job;        /* NULL once it is over */
  struct hc_http_handler handler; /* zero once it is closed */
  void *user_data;
  struct hc_task task; /* tells the owner what there is to tell */
  bool is_closed;      /* the task frees it */
  char *name;          /* "host:port", for texts */
  struct hc_tls_loan loan;
  char *host;

  struct hc_buffer head;
  bool head_is_whole;
  bool head_is_told;
  bool is_head;        /* the method: no body follows, whatever is said */
  bool in_is_chunked;  /* the answer's framing */
  struct hc_buffer in; /* body of the answer */
  uint64_t in_total;   /* of it so far */
  bool is_paused;      /* by the owner */
  bool in_stands;      /* libcurl was told to wait */

  struct hc_buffer out; /* body of the request */
  int64_t left;         /* of the announced length; below 0: chunked */
  bool out_is_whole;
  bool out_is_short; /* it ended before its announced length */
  bool out_stands;   /* libcurl was told to wait */
  bool wants_room;   /* a write was refused */

  bool is_ended;
  bool end_is_told;
  struct hc_fault fault;
};

static inline struct hc_io_call *hc_io_call(struct hc_http_call *call)
{
  return (struct hc_io_call *)(void *)call;
}

/* Sets up call->job for the request. What hc_http_start returns. */
int hc_io_call_set_up(struct hc_io_call *call,
                      const struct hc_http_request *request,
                      struct hc_fault *fault);

/* Lets libcurl go on where its reason to wait is gone. */
void hc_io_call_unpause(struct hc_io_call *call);

/* Puts it on the list of what has to be told. */
void hc_io_call_schedule(struct hc_io_call *call);

/* --- http_end.c --- */

/* libcurl is through with it: on_done of the job; result is a CURLcode. */
void hc_io_call_done(struct hc_io_call *call, int result);

#endif
