/* A WebSocket over TLS on a socket, the plain way. */
#include "peer.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <openssl/err.h>
#include <openssl/rand.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

static const char host[] = "127.0.0.1";

void peer_die(const char *what)
{
  const char *reason = ERR_reason_error_string(ERR_peek_error());
  if (reason != NULL)
    fprintf(stderr, "%s: %s\n", what, reason);
  else if (errno != 0)
    fprintf(stderr, "%s: %s\n", what, strerror(errno));
  else
    fprintf(stderr, "%s\n", what);
  exit(1);
}

/* --- TLS --- */

static SSL_CTX *new_context(const SSL_METHOD *method)
{
  SSL_CTX *ctx = SSL_CTX_new(method);
  if (ctx == NULL || SSL_CTX_set_min_proto_version(ctx, TLS1_3_VERSION) != 1 ||
      SSL_CTX_set_ciphersuites(ctx, "TLS_AES_128_GCM_SHA256") != 1)
    peer_die("TLS");
  SSL_CTX_set_mode(ctx, SSL_MODE_ENABLE_PARTIAL_WRITE);
  SSL_CTX_set_read_ahead(ctx, 1);
  SSL_CTX_set_default_read_buffer_len(ctx, PEER_READ_AHEAD);
  return ctx;
}

SSL_CTX *peer_server_context(const char *cert_file, const char *key_file)
{
  SSL_CTX *ctx = new_context(TLS_server_method());
  if (SSL_CTX_use_certificate_chain_file(ctx, cert_file) != 1 ||
      SSL_CTX_use_PrivateKey_file(ctx, key_file, SSL_FILETYPE_PEM) != 1)
    peer_die(cert_file);
  return ctx;
}

SSL_CTX *peer_client_context(const char *ca_file)
{
  SSL_CTX *ctx = new_context(TLS_client_method());
  if (SSL_CTX_load_verify_locations(ctx, ca_file, NULL) != 1)
    peer_die(ca_file);
  SSL_CTX_set_verify(ctx, SSL_VERIFY_PEER, NULL);
  return ctx;
}

static SSL *new_session(SSL_CTX *ctx, int fd)
{
  const int on = 1;
  SSL *ssl = SSL_new(ctx);
  if (ssl == NULL || SSL_set_fd(ssl, fd) != 1)
    peer_die("TLS");
  if (setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on) != 0)
    peer_die("TCP_NODELAY");
  return ssl;
}

void peer_write(SSL *ssl, struct hc_span bytes)
{
  while (bytes.len > 0) {
    size_t n = 0;
    if (SSL_write_ex(ssl, bytes.ptr, bytes.len, &n) != 1)
      peer_die("writing");
    hc_span_drop(&bytes, n);
  }
}

void peer_free(SSL *ssl)
{
  int fd = SSL_get_fd(ssl);
  SSL_free(ssl);
  close(fd);
}

/* --- sockets --- */

static struct sockaddr_in address_of(unsigned port)
{
  struct sockaddr_in address = { .sin_family = AF_INET,
                                 .sin_port = htons((uint16_t)port) };
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  return address;
}

int peer_listen(unsigned *port)
{
  struct sockaddr_in address = address_of(0);
  socklen_t len = sizeof address;
  struct sockaddr *any = (struct sockaddr *)(void *)&address;
  int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (fd < 0 || bind(fd, any, len) != 0 || listen(fd, SOMAXCONN) != 0 ||
      getsockname(fd, any, &len) != 0)
    peer_die("listening");
  *port = ntohs(address.sin_port);
  return fd;
}

static int connect_to(unsigned port)
{
  struct sockaddr_in address = address_of(port);
  int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (fd < 0 ||
      connect(fd, (struct sockaddr *)(void *)&address, sizeof address) != 0)
    peer_die("connecting");
  return fd;
}

/* --- the opening handshake --- */

typedef int read_head_fn(struct hc_span *in, size_t max, size_t *scanned,
                         struct hc_http_head *head, struct hc_fault *fault);

/* Nobody sends more before the handshake is over. */
static void read_head(SSL *ssl, uint8_t bytes[PEER_HEAD_MAX],
                      read_head_fn *parse, struct hc_http_head *head)
{
  struct hc_fault fault;
  struct hc_span in = { bytes, 0 };
  size_t scanned = 0;
  int rc = 0;
  while (rc == 0) {
    size_t n = 0;
    if (SSL_read_ex(ssl, bytes + in.len, PEER_HEAD_MAX - in.len, &n) != 1)
      peer_die("handshake");
    in.len += n;
    rc = parse(&in, PEER_HEAD_MAX, &scanned, head, &fault);
  }
  if (rc < 0)
    peer_die(fault.text);
  if (in.len > 0)
    peer_die("bytes behind the handshake");
}

SSL *peer_accept_tls(SSL_CTX *ctx, int fd)
{
  SSL *ssl = new_session(ctx, fd);
  if (SSL_accept(ssl) != 1)
    peer_die("TLS handshake");
  return ssl;
}

SSL *peer_accept(SSL_CTX *ctx, int fd)
{
  uint8_t bytes[PEER_HEAD_MAX];
  struct hc_http_head head;
  struct hc_fault fault;
  struct hc_span key;
  struct hc_buffer out;
  SSL *ssl = peer_accept_tls(ctx, fd);
  read_head(ssl, bytes, hc_http_read_request, &head);
  if (hc_ws_check_request(&head, &key, &fault) != 0)
    peer_die(fault.text);
  hc_buffer_init(&out, PEER_HEAD_MAX);
  if (hc_ws_write_response(&out, key, hc_span_of(NULL, 0)) != 0)
    peer_die("handshake");
  peer_write(ssl, hc_buffer_span(&out));
  hc_buffer_deinit(&out);
  return ssl;
}

void peer_upgrade_init(struct peer_upgrade *upgrade, const char *target)
{
  uint8_t random[16];
  struct hc_fault fault;
  if (RAND_bytes(random, sizeof random) != 1)
    peer_die("random bytes");
  hc_ws_make_key(upgrade->key, random);
  const struct hc_ws_request request = { .host = hc_span_str(host),
                                         .target = hc_span_str(target),
                                         .key = hc_span_str(upgrade->key) };
  hc_buffer_init(&upgrade->bytes, PEER_HEAD_MAX);
  if (hc_ws_write_request(&upgrade->bytes, &request, &fault) != 0)
    peer_die(fault.text);
  upgrade->request = hc_buffer_span(&upgrade->bytes);
}

void peer_upgrade_deinit(struct peer_upgrade *upgrade)
{
  hc_buffer_deinit(&upgrade->bytes);
}

static void check_response(const struct peer_upgrade *upgrade,
                           const struct hc_http_head *head)
{
  struct hc_fault fault;
  if (hc_ws_check_response(head, hc_span_str(upgrade->key), hc_span_of(NULL, 0),
                           NULL, &fault) != 0)
    peer_die(fault.text);
}

void peer_check_answer(const struct peer_upgrade *upgrade,
                       struct hc_span answer)
{
  struct hc_http_head head;
  struct hc_fault fault;
  size_t scanned = 0;
  if (hc_http_read_response(&answer, PEER_HEAD_MAX, &scanned, &head, &fault) !=
      1)
    peer_die("the handshake's answer came in pieces, or is none");
  check_response(upgrade, &head);
}

SSL *peer_begin(SSL_CTX *ctx, unsigned port)
{
  SSL *ssl = new_session(ctx, connect_to(port));
  if (X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(ssl), host) != 1)
    peer_die("TLS");
  SSL_set_connect_state(ssl);
  return ssl;
}

SSL *peer_connect(SSL_CTX *ctx, unsigned port, const char *target)
{
  uint8_t bytes[PEER_HEAD_MAX];
  struct peer_upgrade upgrade;
  struct hc_http_head head;
  SSL *ssl = peer_begin(ctx, port);
  if (SSL_connect(ssl) != 1)
    peer_die("TLS handshake");

  peer_upgrade_init(&upgrade, target);
  peer_write(ssl, upgrade.request);
  read_head(ssl, bytes, hc_http_read_response, &head);
  check_response(&upgrade, &head);
  peer_upgrade_deinit(&upgrade);
  return ssl;
}

/* --- small calls --- */

bool peer_wants_read(SSL *ssl, int rc, const char *what)
{
  int error = SSL_get_error(ssl, rc);
  if (error != SSL_ERROR_NONE && error != SSL_ERROR_WANT_READ)
    peer_die(what);
  return error == SSL_ERROR_WANT_READ;
}

size_t peer_close_frame(uint8_t frame[HC_WS_HEAD_MAX + HC_WS_CONTROL_MAX])
{
  const struct hc_ws_head head = {
    .opcode = HC_WS_CLOSE, .fin = true, .masked = true, .len = 2
  }; /* a mask of zeros */
  size_t len = hc_ws_write_head(frame, &head);
  return len +
         hc_ws_write_close(frame + len, HC_CLOSE_NORMAL, hc_span_of(NULL, 0));
}

double peer_now_s(void)
{
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}
