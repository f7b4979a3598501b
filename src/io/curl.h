/* libcurl's multi interface on the loop: jobs of one easy handle each. Dialling
 * gets connected sockets from it, the HTTP client whole answers. */
#ifndef HC_IO_CURL_H
#define HC_IO_CURL_H

#include "base/list.h"
#include "net/net.h"

#include <curl/curl.h>

struct hc_curl;
struct hc_loop;

/* Its memory is this file's: libcurl may still look at a job that its owner
 * dropped from within one of libcurl's callbacks. */
struct hc_curl_job {
  struct hc_curl *curl;
  CURL *easy;
  CURLU *url;
  struct curl_slist *fields;
  char error[CURL_ERROR_SIZE];
  bool has_proxy;
  struct hc_tcp tcp;
  bool is_added;
  curl_socket_t watched; /* the last one that libcurl waits for; or BAD */
  curl_socket_t kept;    /* not closed by libcurl */
  int no_socket;       /* errno where there was none to be had; 0: there was */
  struct hc_list node; /* while it waits to be added or freed */
  void *owner;         /* NULL: dropped */
  void (*on_done)(void *owner, CURLcode result);
};

/* Where to, and over what. */
struct hc_curl_route {
  const char *scheme;
  const char *host;
  uint16_t port;
  bool tls; /* what goes over it */
  struct hc_route route;
  const char *local_host; /* NULL or "": any */
  struct hc_tcp tcp;
  uint64_t timeout_ms;
};

/* A job with everything set that jobs have in common. on_done is called from a
 * task, outside libcurl. 0, HYCO_ENOMEM, HYCO_EBADURL (host, or proxy),
 * HYCO_EBADVALUE, HYCO_EUNSUPPORTED; fault says why. */
int hc_curl_job_new(struct hc_loop *loop, const struct hc_curl_route *route,
                    void *owner, void (*on_done)(void *owner, CURLcode result),
                    struct hc_curl_job **out, struct hc_fault *fault);

/* The owner may set job->kept: that socket stays open without the job. */
void hc_curl_job_keep_sockets(struct hc_curl_job *job);

/* 0 or HYCO_ENOMEM. */
int hc_curl_job_start(struct hc_curl_job *job);

/* Sets what is paused, a mask of CURLPAUSE_*. Never within libcurl. */
void hc_curl_job_pause(struct hc_curl_job *job, int mask);

/* on_done is not called any more. NULL is fine. */
void hc_curl_job_drop(struct hc_curl_job *job);

/* The number for what libcurl said about getting connected, and its words
 * (borrowed from job). */
int hc_curl_job_fault(const struct hc_curl_job *job, CURLcode result,
                      const char **text);

/* No job may have an owner any more. NULL is fine. The watches' handles are
 * closed in the next uv_run. */
void hc_curl_free(struct hc_curl *curl);

#endif
