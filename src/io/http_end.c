/* How an HTTP call ended: what libcurl says, and what it does not say. */
#include "io/curl.h"
#include "io/http_call.h"

/* The connection stood, through all proxies and TLS: what failed is not how to
 * get there. */
static bool was_connected(const struct hc_io_call *call)
{
  curl_off_t us = 0;

  curl_easy_getinfo(call->job->easy, CURLINFO_PRETRANSFER_TIME_T, &us);
  return us > 0;
}

static int code_of(const struct hc_io_call *call, CURLcode result,
                   const char **text)
{
  switch (result) {
  case CURLE_GOT_NOTHING:
    *text = "the server closed the connection without an answer";
    return HYCO_EDROPPED;
  case CURLE_PARTIAL_FILE:
    *text = "the answer broke off";
    return HYCO_EDROPPED;
  case CURLE_SSL_CONNECT_ERROR:
  case CURLE_SSL_CIPHER:
  case CURLE_PEER_FAILED_VERIFICATION:
    (void)hc_curl_job_fault(call->job, result, text);
    return HYCO_ETLS;
  case CURLE_UNSUPPORTED_PROTOCOL: /* HTTP/0.9 */
  case CURLE_WEIRD_SERVER_REPLY:
  case CURLE_BAD_CONTENT_ENCODING:
    *text = "the server's answer is not HTTP/1.1";
    return HYCO_EPROTOCOL;
  case CURLE_ABORTED_BY_CALLBACK:
    *text = "the body of the request ended early";
    return HYCO_EBADVALUE;
  default:
    break;
  }
  if (!was_connected(call))
    return hc_curl_job_fault(call->job, result, text);
  /* libcurl's own limit for a line, above ours for the head. */
  if (result == CURLE_OUT_OF_MEMORY && !call->head_is_whole) {
    *text = "a line of the answer's head is too long, or memory is short";
    return HYCO_ETOOLONG;
  }
  *text = "the connection broke off";
  return HYCO_EDROPPED;
}

static bool has_no_body(const struct hc_io_call *call)
{
  long status = 0;

  curl_easy_getinfo(call->job->easy, CURLINFO_RESPONSE_CODE, &status);
  return call->is_head || status == 204 || status == 304;
}

/* -1: it was not said. */
static curl_off_t length_of(const struct hc_io_call *call)
{
  curl_off_t length = -1;

  curl_easy_getinfo(call->job->easy, CURLINFO_CONTENT_LENGTH_DOWNLOAD_T,
                    &length);
  return length;
}

/* Known without libcurl: what breaks behind such an answer breaks the rest of
 * the request, which nobody waits for. */
static bool is_whole(const struct hc_io_call *call)
{
  if (!call->head_is_whole)
    return false;
  if (has_no_body(call))
    return true;
  curl_off_t length = length_of(call);
  return !call->in_is_chunked && length >= 0 &&
         call->in_total >= (uint64_t)length;
}

/* The answer's end is the connection's, which TLS announces: without that
 * anybody may have cut it (RFC 9112 9.8). libcurl does not mind. */
static bool was_truncated(const struct hc_io_call *call)
{
  return call->loan.tls != NULL && !call->loan.is_ended && !has_no_body(call) &&
         !call->in_is_chunked && length_of(call) < 0;
}

/* In the words of a connection. libcurl's are "OpenSSL/3.0.1:
 * error:0A00010B:SSL routines::wrong version number", and "OpenSSL SSL_connect:
 * SSL_ERROR_SYSCALL in ..." where the server has closed. */
static void set_tls_fault(struct hc_io_call *call, const char *text)
{
  const char *reason = strstr(text, "::");

  if (strstr(text, "SSL_ERROR_SYSCALL") != NULL)
    hc_fault_set(&call->fault, HYCO_ETLS,
                 "%s: the peer closed the connection during the TLS handshake",
                 call->name);
  else
    hc_fault_set(&call->fault, HYCO_ETLS, "%s: TLS: %s", call->name,
                 reason != NULL ? reason + 2 : text);
}

void hc_io_call_done(struct hc_io_call *call, int result)
{
  const struct hc_fault *refused = &call->loan.fault;
  const char *text = NULL;

  if (result == CURLE_OK && !call->head_is_whole)
    result = CURLE_GOT_NOTHING;
  else if (result == CURLE_OK && was_truncated(call))
    result = CURLE_PARTIAL_FILE;
  else if ((result == CURLE_SEND_ERROR || result == CURLE_RECV_ERROR) &&
           is_whole(call))
    result = CURLE_OK;
  if (result != CURLE_OK && refused->code != 0)
    hc_fault_set(&call->fault, refused->code, "%s: %s", call->name,
                 refused->text);
  else if (result != CURLE_OK && call->fault.code == 0) {
    int code = code_of(call, (CURLcode)result, &text);
    if (code == HYCO_ETLS)
      set_tls_fault(call, text);
    else
      hc_fault_set(&call->fault, code, "%s: %s", call->name, text);
  }
  call->is_ended = true;
  hc_curl_job_drop(call->job);
  call->job = NULL;
  hc_io_call_schedule(call);
}
