/* An HTTP call's libcurl side: the options of its easy handle, and callbacks
 * that only fill and empty buffers. */
#include "io/http_call.h"

#include "base/memory.h"
#include "io/curl.h"

#include <limits.h>
#include <stdio.h>
#include <strings.h>
#include <sys/socket.h>

/* --- what comes --- */

static bool starts_with(const struct hc_buffer *b, const char *text)
{
  struct hc_span span = hc_buffer_span(b);
  size_t len = strlen(text);
  return span.len >= len && memcmp(span.ptr, text, len) == 0;
}

/* libcurl does not say what ends a body. */
static bool says_chunked(struct hc_span line)
{
  static const char name[] = "Transfer-Encoding:";
  static const char coding[] = "chunked";
  const size_t name_len = sizeof(name) - 1;
  const size_t len = sizeof(coding) - 1;

  if (line.len < name_len + len ||
      strncasecmp((const char *)line.ptr, name, name_len) != 0)
    return false;
  while (line.len > 0 && strchr("\r\n\t ", line.ptr[line.len - 1]) != NULL)
    line.len--;
  return line.len >= name_len + len &&
         strncasecmp((const char *)line.ptr + line.len - len, coding, len) == 0;
}

/* "HTTP/1.1 1xx": another head follows. */
static bool is_interim(const struct hc_buffer *head)
{
  return (starts_with(head, "HTTP/1.1 1") || starts_with(head, "HTTP/1.0 1")) &&
         !starts_with(head, "HTTP/1.1 101");
}

/* A line of a head, or of trailers, which are not told. */
static size_t take_line(char *bytes, size_t size, size_t n, void *user_data)
{
  struct hc_curl_job *job = user_data;
  struct hc_io_call *call = job->owner;
  size_t len = size * n;

  if (call == NULL)
    return 0;
  if (call->head_is_whole)
    return len;
  if (hc_buffer_append(&call->head, hc_span_of(bytes, len)) != 0) {
    hc_fault_set(&call->fault, HYCO_ETOOLONG,
                 "the answer's head is longer than %d bytes",
                 (int)HC_HTTP_ANSWER_MAX);
    return 0;
  }
  call->in_is_chunked |= says_chunked(hc_span_of(bytes, len));
  if (len > 2 || bytes[0] != (len == 2 ? '\r' : '\n'))
    return len;
  if (is_interim(&call->head)) {
    call->in_is_chunked = false;
    hc_buffer_clear(&call->head);
    return len;
  }
  call->head_is_whole = true;
  hc_io_call_schedule(call);
  return len;
}

static size_t take_body(char *bytes, size_t size, size_t n, void *user_data)
{
  struct hc_curl_job *job = user_data;
  struct hc_io_call *call = job->owner;
  size_t len = size * n;

  if (call == NULL)
    return 0;
  if (len > HC_HTTP_IN_MAX - hc_buffer_len(&call->in)) {
    call->in_stands = true;
    return CURL_WRITEFUNC_PAUSE;
  }
  if (hc_buffer_append(&call->in, hc_span_of(bytes, len)) != 0) {
    hc_fault_set(&call->fault, HYCO_ENOMEM, "out of memory");
    return 0;
  }
  call->in_total += len;
  hc_io_call_schedule(call);
  return len;
}

/* --- what leaves --- */

/* An answer that is no success came before the body was sent: the server does
 * not want the rest (RFC 9112 9.5). */
static bool is_refused(const struct hc_io_call *call)
{
  long status = 0;

  if (call->head_is_whole)
    curl_easy_getinfo(call->job->easy, CURLINFO_RESPONSE_CODE, &status);
  return status >= 300;
}

/* An answer has begun to come: it may be a refusal with a reset behind it, and
 * libcurl does not read any more once it could not send. */
static bool has_answer_to_read(const struct hc_io_call *call)
{
  char byte;

  return !call->head_is_whole && call->job->watched != CURL_SOCKET_BAD &&
         recv(call->job->watched, &byte, 1, MSG_PEEK | MSG_DONTWAIT) > 0;
}

static size_t give_body(char *out, size_t size, size_t n, void *user_data)
{
  struct hc_curl_job *job = user_data;
  struct hc_io_call *call = job->owner;
  size_t room = size * n;

  if (call == NULL)
    return CURL_READFUNC_ABORT;
  if (is_refused(call))
    return 0;
  if (call->out_is_short)
    return CURL_READFUNC_ABORT;
  struct hc_span waiting = hc_buffer_span(&call->out);
  if (waiting.len == 0 && call->out_is_whole)
    return 0;
  bool reads_first = waiting.len > 0 && has_answer_to_read(call);
  if (waiting.len == 0 || reads_first) {
    call->out_stands = true;
    if (reads_first) /* and goes on */
      hc_io_call_schedule(call);
    return CURL_READFUNC_PAUSE;
  }
  if (room > waiting.len)
    room = waiting.len;
  memcpy(out, waiting.ptr, room);
  hc_buffer_drop(&call->out, room);
  if (call->wants_room)
    hc_io_call_schedule(call);
  return room;
}

void hc_io_call_unpause(struct hc_io_call *call)
{
  if (call->job == NULL)
    return;
  bool in = call->in_stands && !call->is_paused &&
            hc_buffer_len(&call->in) <= HC_HTTP_IN_MAX / 2;
  /* One that is refused goes on to be ended: libcurl would wait for it. */
  bool out = call->out_stands && (hc_buffer_len(&call->out) > 0 ||
                                  call->out_is_whole || is_refused(call));

  if (!in && !out)
    return;
  call->in_stands = call->in_stands && !in;
  call->out_stands = call->out_stands && !out;
  hc_curl_job_pause(call->job, (call->in_stands ? CURLPAUSE_RECV : 0) |
                                   (call->out_stands ? CURLPAUSE_SEND : 0));
}

/* --- the handle --- */

static CURLcode set_tls(CURL *easy, void *ssl_ctx, void *user_data)
{
  struct hc_curl_job *job = user_data;
  struct hc_io_call *call = job->owner;

  (void)easy;
  if (call == NULL || hc_tls_lend(&call->loan, ssl_ctx) != 0)
    return CURLE_SSL_CERTPROBLEM;
  return CURLE_OK;
}

/* The application is asked from within libcurl: jobs may be begun and dropped
 * there (see curl.h), and the call is freed by a task. */
static bool on_verify(void *user_data, const struct hc_tls_verdict *verdict)
{
  struct hc_io_call *call = user_data;

  if (call->handler.on_verify == NULL)
    return verdict->ok;
  bool accepted = call->handler.on_verify(call->user_data, verdict);
  return accepted && !call->is_closed;
}

static bool add_field(struct hc_curl_job *job, const char *line)
{
  struct curl_slist *fields = curl_slist_append(job->fields, line);
  if (fields != NULL)
    job->fields = fields;
  return fields != NULL;
}

static bool has_field(const struct hc_http_request *request, const char *name)
{
  size_t len = strlen(name);
  for (size_t i = 0; i < request->n_fields; i++)
    if (strncasecmp(request->fields[i], name, len) == 0 &&
        request->fields[i][len] == ':')
      return true;
  return false;
}

/* libcurl takes "Name:" for the wish to leave the field out, and "Name;" for
 * one without a value. */
static bool add_empty_field(struct hc_curl_job *job, const char *line,
                            size_t name_len)
{
  char *text = hc_strndup(line, name_len + 1);
  if (text == NULL)
    return false;
  text[name_len] = ';';
  bool done = add_field(job, text);
  hc_free(text);
  return done;
}

/* RFC 9110 8.6: methods that give a body a meaning say that there is none. */
static bool must_say_empty(const struct hc_http_request *request)
{
  static const char *const methods[] = { "POST", "PUT", "PATCH" };

  for (size_t i = 0; i < sizeof(methods) / sizeof(methods[0]); i++)
    if (strcmp(request->method, methods[i]) == 0)
      return request->body == HC_HTTP_NO_BODY;
  return false;
}

static bool set_fields(struct hc_curl_job *job,
                       const struct hc_http_request *request)
{
  static const char *const own[] = { "Accept", "User-Agent", "Content-Type",
                                     "Expect" };
  bool done = true;

  for (size_t i = 0; done && i < request->n_fields; i++) {
    const char *line = request->fields[i];
    size_t name_len = strcspn(line, ":");
    bool is_empty = line[name_len + strspn(line + name_len, ": \t")] == '\0';
    done =
        is_empty ? add_empty_field(job, line, name_len) : add_field(job, line);
  }
  for (size_t i = 0; done && i < sizeof(own) / sizeof(own[0]); i++) {
    char line[32];
    snprintf(line, sizeof(line), "%s:", own[i]);
    done = has_field(request, own[i]) || add_field(job, line);
  }
  if (done && must_say_empty(request))
    done = add_field(job, "Content-Length: 0");
  return done && curl_easy_setopt(job->easy, CURLOPT_HTTPHEADER, job->fields) ==
                     CURLE_OK;
}

static void set_callbacks(struct hc_curl_job *job)
{
  CURL *easy = job->easy;

  curl_easy_setopt(easy, CURLOPT_HEADERFUNCTION, take_line);
  curl_easy_setopt(easy, CURLOPT_HEADERDATA, job);
  curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, take_body);
  curl_easy_setopt(easy, CURLOPT_WRITEDATA, job);
  curl_easy_setopt(easy, CURLOPT_READFUNCTION, give_body);
  curl_easy_setopt(easy, CURLOPT_READDATA, job);
}

static void set_http(CURL *easy)
{
  curl_easy_setopt(easy, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1);
  curl_easy_setopt(easy, CURLOPT_HEADEROPT, (long)CURLHEADER_SEPARATE);
  curl_easy_setopt(easy, CURLOPT_HTTP_CONTENT_DECODING, 0L);
  curl_easy_setopt(easy, CURLOPT_FOLLOWLOCATION, 0L);
  curl_easy_setopt(easy, CURLOPT_NETRC, (long)CURL_NETRC_IGNORED);
  curl_easy_setopt(easy, CURLOPT_FORBID_REUSE, 1L);
}

/* Nothing of libcurl's own trust: hc_tls_lend has ours judge. */
static void set_tls_options(struct hc_curl_job *job)
{
  CURL *easy = job->easy;

  curl_easy_setopt(easy, CURLOPT_SSL_VERIFYPEER, 0L);
  curl_easy_setopt(easy, CURLOPT_SSL_VERIFYHOST, 0L);
  curl_easy_setopt(easy, CURLOPT_CAINFO, NULL);
  curl_easy_setopt(easy, CURLOPT_CAPATH, NULL);
  curl_easy_setopt(easy, CURLOPT_SSL_ENABLE_ALPN, 0L);
  curl_easy_setopt(easy, CURLOPT_SSL_SESSIONID_CACHE, 0L);
  curl_easy_setopt(easy, CURLOPT_SSL_CTX_FUNCTION, set_tls);
  curl_easy_setopt(easy, CURLOPT_SSL_CTX_DATA, job);
}

static int set_request(struct hc_curl_job *job,
                       const struct hc_http_request *request,
                       struct hc_fault *fault)
{
  CURL *easy = job->easy;
  bool has_body = request->body != HC_HTTP_NO_BODY;
  bool is_head = strcmp(request->method, "HEAD") == 0;

  if (is_head && has_body)
    return hc_fault_set(fault, HYCO_EBADVALUE, "HEAD goes without a body");
  if (has_body)
    curl_easy_setopt(easy, CURLOPT_UPLOAD, 1L);
  if (request->body >= 0)
    curl_easy_setopt(easy, CURLOPT_INFILESIZE_LARGE, (curl_off_t)request->body);
  if (is_head)
    curl_easy_setopt(easy, CURLOPT_NOBODY, 1L);
  if (curl_easy_setopt(easy, CURLOPT_CUSTOMREQUEST, request->method) !=
          CURLE_OK ||
      curl_easy_setopt(easy, CURLOPT_REQUEST_TARGET, request->target) !=
          CURLE_OK ||
      !set_fields(job, request))
    return hc_fault_set(fault, HYCO_ENOMEM, "out of memory");
  return 0;
}

static void on_done(void *owner, CURLcode result)
{
  hc_io_call_done(owner, (int)result);
}

/* An answer may take any time: a silent server is asked after. */
static struct hc_tcp tcp_of(const struct hc_http_request *request)
{
  struct hc_tcp tcp = request->tcp;

  if (tcp.keep_alive_ms > 0 || tcp.keep_interval_ms > 0 || tcp.keep_probes > 0)
    return tcp;
  tcp.keep_alive_ms = HC_HTTP_KEEP_ALIVE_S * 1000;
  tcp.keep_interval_ms = tcp.keep_alive_ms / 4;
  return tcp;
}

int hc_io_call_set_up(struct hc_io_call *call,
                      const struct hc_http_request *request,
                      struct hc_fault *fault)
{
  const struct hc_curl_route route = {
    .scheme = request->tls != NULL ? "https" : "http",
    .host = request->host,
    .port = request->port,
    .tls = request->tls != NULL,
    .route = request->route,
    .local_host = request->local_host,
    .tcp = tcp_of(request),
    .timeout_ms = request->timeout_ms,
  };
  int rc =
      hc_curl_job_new(call->loop, &route, call, on_done, &call->job, fault);
  if (rc != 0)
    return rc;
  if (request->tls != NULL) {
    call->loan.tls = hc_tls_ref(request->tls);
    call->loan.host = call->host;
    call->loan.on_verify = on_verify;
    call->loan.user_data = call;
    set_tls_options(call->job);
  }
  set_http(call->job->easy);
  curl_easy_setopt(
      call->job->easy, CURLOPT_CONNECTTIMEOUT_MS,
      (long)(request->timeout_ms < LONG_MAX ? request->timeout_ms : LONG_MAX));
  set_callbacks(call->job);
  return set_request(call->job, request, fault);
}
