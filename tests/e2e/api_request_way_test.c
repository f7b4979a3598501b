/* The way of a sender's HTTP requests to the relay: trust, judgement, addresses
 * and deadline are those of its connections. */
#include "api_world.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static int done;
static int error;
static int status;
static char words[API_TEXT_MAX];

static void on_response(hyco_request *r, const hyco_response *e, void *data)
{
  (void)r;
  (void)data;
  status = e->status_code;
}

static void on_done(hyco_request *r, const hyco_request_done *e, void *data)
{
  (void)r;
  (void)data;
  done++;
  error = e->error_code;
  (void)snprintf(words, sizeof words, "%s", e->description);
}

/* What hyco_request_start gives, or how the request ends. */
static int ask_with(struct api_world *w, hyco_sender *sender)
{
  static const hyco_request_events events = { .on_response = on_response,
                                              .on_done = on_done };
  hyco_request *request = NULL;

  done = status = error = 0;
  assert_int_equal(hyco_request_new(sender, &events, NULL, &request), 0);
  int rc = hyco_request_start(request);
  if (rc == 0) {
    api_world_await(w, &done, 1);
    rc = -error;
  }
  hyco_request_free(request);
  return rc;
}

/* Nobody listens: the relay says so, by the way that is looked at here. */
static void assert_answered(struct api_world *w, hyco_sender *sender)
{
  assert_int_equal(ask_with(w, sender), 0);
  assert_int_equal(status, 502);
}

static void set(struct api_world *w, hyco_property p, const char *value)
{
  assert_int_equal(hyco_sender_set_string(w->sender, p, value), 0);
}

static void set_int(struct api_world *w, hyco_property p, int value)
{
  assert_int_equal(hyco_sender_set_int(w->sender, p, value), 0);
}

/* surface: SSLCACertFilePaths, OpenSSLCADir, ssl_server_ca_certs */
static void trust_comes_from_where_a_connections_does(void **state)
{
  struct api_world *w = *state;
  const char *ca = hyco_relay_ca_file(w->relay);
  char path[160];
  char command[256];
  char pem[8192];

  assert_answered(w, w->sender);
  set(w, HYCO_OPENSSL_CA_FILE, "");
  assert_int_equal(ask_with(w, w->sender), HYCO_ECERTVERIFY);
  assert_non_null(strstr(words, "certificate refused"));
  assert_int_equal(status, 0);
  (void)snprintf(path, sizeof path, "/nowhere/ca.pem;%s", ca);
  set(w, HYCO_SSL_CA_CERT_FILE_PATHS, path);
  assert_answered(w, w->sender);
  set(w, HYCO_SSL_CA_CERT_FILE_PATHS, "");
  assert_int_equal(ask_with(w, w->sender), HYCO_ECERTVERIFY);
  FILE *file = fopen(ca, "r");
  assert_non_null(file);
  pem[fread(pem, 1, sizeof pem - 1, file)] = '\0';
  assert_int_equal(fclose(file), 0);
  set(w, HYCO_SSL_SERVER_CA_CERTS, pem);
  assert_answered(w, w->sender);
  set(w, HYCO_SSL_SERVER_CA_CERTS, "");
  assert_int_equal(ask_with(w, w->sender), HYCO_ECERTVERIFY);
  (void)snprintf(command, sizeof command,
                 "cd %s && { openssl rehash . 2>&1 || :; } >/dev/null", w->dir);
  assert_int_equal(system(command), 0);
  set(w, HYCO_OPENSSL_CA_DIR, w->dir);
  assert_answered(w, w->sender);
}

static void a_cipher_list_that_openssl_does_not_know_is_refused(void **state)
{
  struct api_world *w = *state;

  set(w, HYCO_OPENSSL_CIPHER_LIST, "no such cipher");
  assert_int_equal(ask_with(w, w->sender), HYCO_EBADVALUE);
  assert_non_null(strstr(hyco_sender_last_error_text(w->sender), "cipher"));
}

/* What an earlier handshake has left is not the reason. */
static void a_file_that_is_not_there_is_said_to_be_so(void **state)
{
  struct api_world *w = *state;

  set(w, HYCO_OPENSSL_CA_FILE, "");
  assert_int_equal(ask_with(w, w->sender), HYCO_ECERTVERIFY);
  set(w, HYCO_OPENSSL_CA_FILE, "/nowhere/ca.pem");
  assert_int_equal(ask_with(w, w->sender), HYCO_ECERTSTORE);
  assert_string_equal(hyco_sender_last_error_text(w->sender),
                      "/nowhere/ca.pem: No such file or directory");
}

/* --- the application's judgement --- */

static int judged;
static bool was_good;
static bool accepts;

static void judge(hyco_sender *s, hyco_ssl_server_authentication *e, void *data)
{
  (void)s;
  (void)data;
  judged++;
  was_good = e->accept;
  assert_true(e->cert_encoded_len > 0);
  assert_int_equal(was_good, strcmp(e->status, "OK") == 0);
  e->accept = accepts;
}

static hyco_sender *judging_sender(struct api_world *w, bool knows_authority)
{
  static const hyco_sender_events events = { .on_ssl_server_authentication =
                                                 judge };
  hyco_sender *s = NULL;

  judged = 0;
  assert_int_equal(hyco_sender_new(w->loop, &events, NULL, &s), 0);
  assert_int_equal(hyco_sender_set_connection_string(
                       s, hyco_relay_connection_string(w->relay)),
                   0);
  assert_int_equal(hyco_sender_set_string(s, HYCO_HYBRID_CONNECTION, "web"), 0);
  if (knows_authority)
    assert_int_equal(hyco_sender_set_string(s, HYCO_OPENSSL_CA_FILE,
                                            hyco_relay_ca_file(w->relay)),
                     0);
  return s;
}

/* surface: on_ssl_server_authentication */
static void the_application_may_overrule_the_check(void **state)
{
  struct api_world *w = *state;
  hyco_sender *s = judging_sender(w, false);

  accepts = true;
  assert_answered(w, s);
  assert_int_equal(judged, 1);
  assert_false(was_good);
  accepts = false;
  assert_int_equal(ask_with(w, s), HYCO_ECERTVERIFY);
  assert_int_equal(judged, 2);
  hyco_sender_free(s);
}

/* surface: on_ssl_server_authentication */
static void the_application_may_refuse_what_is_good(void **state)
{
  struct api_world *w = *state;
  hyco_sender *s = judging_sender(w, true);

  accepts = false;
  assert_int_equal(ask_with(w, s), HYCO_ECERTVERIFY);
  assert_true(was_good);
  assert_non_null(strstr(words, "by the application"));
  assert_int_equal(status, 0);
  hyco_sender_free(s);
}

/* --- addresses and time --- */

/* surface: UseIPv6 */
static void the_family_of_addresses_is_a_connections(void **state)
{
  struct api_world *w = *state;

  set_int(w, HYCO_USE_IPV6, 0);
  assert_answered(w, w->sender);
  set_int(w, HYCO_USE_IPV6, 2); /* but 127.0.0.1 is where the relay is */
  assert_int_not_equal(ask_with(w, w->sender), 0);
  assert_int_equal(status, 0);
}

/* A port where no relay is: the sender's address from now on. */
static int listen_elsewhere(struct api_world *w)
{
  struct sockaddr_in own = { .sin_family = AF_INET,
                             .sin_addr = { htonl(INADDR_LOOPBACK) } };
  socklen_t len = sizeof own;
  char address[64];
  int fd = socket(AF_INET, SOCK_STREAM, 0);

  assert_int_equal(bind(fd, (struct sockaddr *)&own, len), 0);
  assert_int_equal(listen(fd, 1), 0);
  assert_int_equal(getsockname(fd, (struct sockaddr *)&own, &len), 0);
  (void)snprintf(address, sizeof address, "127.0.0.1:%d", ntohs(own.sin_port));
  set(w, HYCO_NAMESPACE_ADDRESS, address);
  return fd;
}

/* surface: DefaultConnectionTimeout */
static void a_server_that_never_answers_tls_times_out(void **state)
{
  struct api_world *w = *state;
  int fd = listen_elsewhere(w);

  set_int(w, HYCO_DEFAULT_CONNECTION_TIMEOUT, 1); /* the usual is 20 */
  assert_int_equal(ask_with(w, w->sender), HYCO_ETIMEDOUT);
  close(fd);
}

struct plain_server {
  int listener;
  const char *says;
};

/* Says that to the first client's first bytes, and closes. */
static void *serve_plain(void *user_data)
{
  const struct plain_server *server = user_data;
  char bytes[16384]; /* a ClientHello, whole: or closing were a reset */
  int fd = accept(server->listener, NULL, NULL);

  (void)recv(fd, bytes, sizeof bytes, 0);
  (void)send(fd, server->says, strlen(server->says), MSG_NOSIGNAL);
  close(fd);
  return NULL;
}

/* Requests say it in the words of connections, not in libcurl's. */
static void a_server_without_tls_is_told_as_that(void **state)
{
  struct api_world *w = *state;
  static const char *const cases[][2] = {
    { "HTTP/1.1 400 Bad Request\r\n\r\n", ": TLS: wrong version number" },
    { "", ": the peer closed the connection during the TLS handshake" },
  };

  for (size_t i = 0; i < CHECK_COUNT(cases); i++) {
    struct plain_server server = { listen_elsewhere(w), cases[i][0] };
    pthread_t thread;
    assert_int_equal(pthread_create(&thread, NULL, serve_plain, &server), 0);
    assert_int_equal(ask_with(w, w->sender), HYCO_ETLS);
    assert_int_equal(pthread_join(thread, NULL), 0);
    close(server.listener);
    if (strcmp(strchr(strchr(words, ':') + 1, ':'), cases[i][1]) != 0)
      fail_msg("\"%s\", expected \"...%s\"", words, cases[i][1]);
  }
}

int main(void)
{
#define TEST(name) \
  cmocka_unit_test_setup_teardown(name, api_world_setup, api_world_teardown)
  const struct CMUnitTest tests[] = {
    TEST(trust_comes_from_where_a_connections_does),
    TEST(a_cipher_list_that_openssl_does_not_know_is_refused),
    TEST(a_file_that_is_not_there_is_said_to_be_so),
    TEST(the_application_may_overrule_the_check),
    TEST(the_application_may_refuse_what_is_good),
    TEST(the_family_of_addresses_is_a_connections),
    TEST(a_server_that_never_answers_tls_times_out),
    TEST(a_server_without_tls_is_told_as_that),
  };
  return cmocka_run_group_tests_name("e2e_api_request_way", tests, NULL, NULL);
}
