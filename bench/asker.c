/* A client of HTTP/1.1 on a connection of its own that stays open. */
#include "asker.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

void asker_open(struct asker *asker, SSL_CTX *ctx, unsigned port)
{
  memset(asker, 0, sizeof *asker);
  asker->ssl = peer_begin(ctx, port);
  if (SSL_connect(asker->ssl) != 1)
    peer_die("TLS handshake");
}

void asker_close(struct asker *asker)
{
  peer_free(asker->ssl);
}

void asker_write_head(struct hc_buffer *out, const char *method,
                      const char *target, uint64_t body)
{
  int rc = hc_buffer_printf(out, "%s %s HTTP/1.1\r\nHost: 127.0.0.1\r\n",
                            method, target);
  if (rc == 0 && body > 0)
    rc = hc_buffer_printf(out, "Content-Length: %" PRIu64 "\r\n", body);
  if (rc == 0)
    rc = hc_buffer_append_str(out, "\r\n");
  if (rc != 0)
    peer_die("a head that is too long");
}

void asker_send(struct asker *asker, const char *method, struct hc_span bytes)
{
  asker->method = method;
  peer_write(asker->ssl, bytes);
}

/* Takes the head off; false: it is not whole. */
static bool take_head(struct asker *asker, struct hc_span *in)
{
  struct hc_http_head head;
  struct hc_fault fault;
  enum hc_http_framing framing;
  uint64_t length;
  int rc =
      hc_http_read_response(in, PEER_HEAD_MAX, &asker->scanned, &head, &fault);
  if (rc < 0)
    peer_die(fault.text);
  if (rc == 0) {
    if (in->len > sizeof asker->head)
      peer_die("a head that is too long");
    memmove(asker->head, in->ptr, in->len);
    asker->head_len = in->len;
    return false;
  }
  if (head.status != 200) {
    fprintf(stderr, "%d %.*s\n", head.status, (int)head.reason.len,
            (const char *)head.reason.ptr);
    peer_die("a status other than 200");
  }
  if (hc_http_response_framing(&head, hc_span_str(asker->method), &framing,
                               &length) != 0)
    peer_die("a body without an end");
  hc_http_body_init(&asker->body, framing, length);
  asker->scanned = asker->head_len = 0;
  asker->in_body = true;
  return true;
}

/* True: the answer is whole. */
static bool take(struct asker *asker, struct hc_span in, asker_data_fn *on_data,
                 void *user)
{
  struct hc_span data;
  int rc;
  if (!asker->in_body && !take_head(asker, &in))
    return false;
  while ((rc = hc_http_body_read(&asker->body, &in, &data)) == 1)
    on_data(user, data);
  if (rc < 0)
    peer_die(asker->body.why);
  if (rc != HC_HTTP_BODY_END)
    return false;
  if (in.len > 0)
    peer_die("bytes behind the answer");
  asker->in_body = false;
  return true;
}

bool asker_read(struct asker *asker, asker_data_fn *on_data, void *user)
{
  uint8_t in[PEER_HEAD_MAX + PEER_RECORD_MAX];
  for (;;) {
    size_t n = 0;
    memcpy(in, asker->head, asker->head_len);
    int rc = SSL_read_ex(asker->ssl, in + asker->head_len, PEER_RECORD_MAX, &n);
    if (peer_wants_read(asker->ssl, rc, "reading"))
      return false;
    if (take(asker, hc_span_of(in, asker->head_len + n), on_data, user))
      return true;
  }
}
