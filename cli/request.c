/* hyco request: one HTTP request through a hybrid connection. */
#include "exchange.h"
#include "sender.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

struct request_values {
  struct hc_cli_target target;
  const char *method;
  struct hc_cli_list headers;
  const char *data;
  const char *data_file;
  bool include;
  const char *output;
  bool fail;
};

static const struct hc_cli_option options[] = {
  { .name = "method",
    .letter = 'X',
    .kind = HC_CLI_TEXT,
    .offset = offsetof(struct request_values, method),
    .value = "METHOD",
    .help = "GET without a body, POST with one, unless given" },
  { .name = "header",
    .letter = 'H',
    .kind = HC_CLI_LIST,
    .offset = offsetof(struct request_values, headers),
    .value = "'NAME: VALUE'",
    .help = "a header of the request; none is sent unasked" },
  { .name = "data",
    .letter = 'd',
    .kind = HC_CLI_TEXT,
    .offset = offsetof(struct request_values, data),
    .value = "DATA",
    .help = "the body, as it stands" },
  { .name = "data-file",
    .kind = HC_CLI_TEXT,
    .offset = offsetof(struct request_values, data_file),
    .value = "FILE|-",
    .help = "the body from a file, or from standard input, sent as\n"
            "it is read" },
  { .name = "include",
    .letter = 'i',
    .kind = HC_CLI_FLAG,
    .offset = offsetof(struct request_values, include),
    .help = "write status and headers before the body" },
  { .name = "output",
    .letter = 'o',
    .kind = HC_CLI_TEXT,
    .offset = offsetof(struct request_values, output),
    .value = "FILE",
    .help = "write to a file in place of standard output" },
  { .name = "fail",
    .kind = HC_CLI_FLAG,
    .offset = offsetof(struct request_values, fail),
    .help = "a status of 400 or more: exit status 1 and no body" },
};

static void on_log(hyco_sender *s, const hyco_log *e, void *user_data)
{
  struct hc_cli_exchange *x = user_data;
  (void)s;
  hc_cli_say(x->command, "%s: %s", e->log_type, e->message);
}

static int report(const struct hc_cli_exchange *x, const char *what, int error)
{
  if (error == 0)
    return HC_CLI_GO_ON;
  return hc_cli_error(x->command, what, error,
                      hyco_sender_last_error_text(x->sender));
}

/* A regular file has a length; anything else is sent in chunks. */
static int open_body(struct hc_cli_exchange *x, const char *file)
{
  int fd = STDIN_FILENO;
  struct stat st;
  if (strcmp(file, "-") != 0)
    fd = open(file, O_RDONLY | O_CLOEXEC);
  if (fd < 0 || fstat(fd, &st) != 0) {
    hc_cli_say(x->command, "%s: %s", file, strerror(errno));
    return HC_CLI_FAILED;
  }
  if (S_ISDIR(st.st_mode)) {
    hc_cli_say(x->command, "%s: %s", file, strerror(EISDIR));
    return HC_CLI_FAILED;
  }
  off_t at = S_ISREG(st.st_mode) ? lseek(fd, 0, SEEK_CUR) : -1;
  x->body_left = at >= 0 ? (st.st_size > at ? st.st_size - at : 0) : -1;
  x->streams = true;
  hc_cli_input_init(&x->input, fd, false);
  return report(x, "--data-file",
                hyco_request_stream_body(x->request, x->body_left));
}

static int set_body(struct hc_cli_exchange *x, const char *data)
{
  size_t len = strlen(data);
  x->bytes_out = (int64_t)len;
  return report(x, "-d", hyco_request_set_body(x->request, data, len));
}

static int set_up(struct hc_cli_exchange *x, const struct request_values *v,
                  const char *entity)
{
  struct hc_cli_role role = hc_cli_role_of_sender(x->sender);
  bool has_body = v->data != NULL || v->data_file != NULL;
  const char *method = has_body ? "POST" : "GET";
  if (v->method != NULL)
    method = v->method;
  int rc = hc_cli_target_apply(x->command, &v->target, &role, entity);
  if (rc == HC_CLI_GO_ON)
    rc = report(x, "-X", hyco_request_set_method(x->request, method));
  if (rc == HC_CLI_GO_ON)
    rc = hc_cli_sender_add_headers(x->command, &v->headers, x->sender,
                                   x->request);
  if (rc == HC_CLI_GO_ON && v->data != NULL)
    rc = set_body(x, v->data);
  if (rc == HC_CLI_GO_ON && v->data_file != NULL)
    rc = open_body(x, v->data_file);
  return rc;
}

static int make_request(const struct hc_cli_command *self,
                        const struct request_values *v, const char *entity)
{
  struct hc_cli_tokens tokens = hc_cli_target_tokens(self, &v->target);
  struct hc_cli_exchange x = { .command = self,
                               .tokens = &tokens,
                               .verbose = v->target.verbose > 0,
                               .file = v->output,
                               .head_too = v->include,
                               .fails = v->fail };
  const struct hc_cli_sender_plan plan = {
    .command = self,
    .target = &v->target,
    .tokens = &tokens,
    .events = { .on_log = on_log },
    .user_data = &x,
  };
  const hyco_request_events events = hc_cli_exchange_events();
  int rc = hc_cli_sender_new(&plan, &x.sender);
  if (rc == HC_CLI_GO_ON)
    rc = report(&x, "cannot start",
                hyco_request_new(x.sender, &events, &x, &x.request));
  if (rc == HC_CLI_GO_ON)
    rc = set_up(&x, v, entity);
  if (rc == HC_CLI_GO_ON)
    rc = hc_cli_exchange_run(&x);
  hyco_request_free(x.request);
  hyco_sender_free(x.sender);
  hc_cli_tokens_deinit(&tokens);
  hc_cli_input_deinit(&x.input);
  hc_cli_output_deinit(&x.output);
  return rc;
}

int hc_cli_request(const struct hc_cli_command *self, int argc, char **argv)
{
  struct request_values v = { 0 };
  const char *entity = NULL;
  const struct hc_cli_group own = { "Options", options,
                                    sizeof options / sizeof options[0], &v };

  int rc = hc_cli_target_parse(self, &own, &v.target, &entity, argc, argv);
  if (rc == HC_CLI_GO_ON && v.data != NULL && v.data_file != NULL)
    rc = hc_cli_usage(self, "either --data or --data-file");
  if (rc == HC_CLI_GO_ON)
    rc = make_request(self, &v, entity);
  hc_cli_list_free(&v.headers);
  hc_cli_target_deinit(&v.target);
  return rc;
}
