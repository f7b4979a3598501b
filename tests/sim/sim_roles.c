/* The handlers of simulated roles: each writes its line. */
#include "sim_roles.h"

#include "sim_world.h"
#include "support/check.h"
#include <stdlib.h>

/* Words of a relay, without the part that is different each time. */
static int words(const char *text)
{
  const char *tracking = strstr(text, " TrackingId:");
  return (int)(tracking != NULL ? (size_t)(tracking - text) : strlen(text));
}

#define WORDS(text) words(text), (text)

static void connected(hyco_receiver *self, const hyco_connected *e,
                      void *user_data)
{
  struct sim_receiver *r = user_data;
  (void)self;
  sim_world_note(r->world, "%s connected %d %.*s", r->name, e->status_code,
                 WORDS(e->description));
}

static void disconnected(hyco_receiver *self, const hyco_disconnected *e,
                         void *user_data)
{
  struct sim_receiver *r = user_data;
  (void)self;
  sim_world_note(r->world, "%s disconnected %d %.*s", r->name, e->status_code,
                 WORDS(e->description));
}

static void connection_request(hyco_receiver *self, hyco_connection_request *e,
                               void *user_data)
{
  struct sim_receiver *r = user_data;
  (void)self;
  assert_true(e->accept);
  assert_int_equal(e->status_code, 0);
  assert_null(e->status_description);
  e->accept = r->decision.accept;
  e->status_code = r->decision.status_code;
  e->status_description = r->decision.status_description;
  if (r->decision.sub_protocol != NULL)
    e->sub_protocol = r->decision.sub_protocol;
  sim_world_note(r->world, "%s request", r->name);
}

static void connection_connected(hyco_receiver *self, int id, void *user_data)
{
  struct sim_receiver *r = user_data;
  (void)self;
  sim_world_note(r->world, "%s %d connected", r->name, id);
}

static void connection_ready(hyco_receiver *self, int id, void *user_data)
{
  struct sim_receiver *r = user_data;
  (void)self;
  sim_world_note(r->world, "%s %d ready", r->name, id);
}

/* "text "hello"", "binary 1000 bytes" */
static void note_message(struct sim_world *w, const char *who,
                         hyco_format format, struct hc_span m)
{
  const char *kind = format == HYCO_FORMAT_TEXT     ? "text"
                     : format == HYCO_FORMAT_BINARY ? "binary"
                                                    : "pong";
  if (m.len <= 40)
    sim_world_note(w, "%s %s \"%.*s\"", who, kind, (int)m.len,
                   m.len > 0 ? (const char *)m.ptr : "");
  else
    sim_world_note(w, "%s %s %zu bytes", who, kind, m.len);
}

static void append(struct sim_inbox *inbox, const void *data, size_t len)
{
  size_t need = inbox->len + len;

  assert_true(need <= SIM_MESSAGE_MAX);
  if (need > inbox->cap) {
    uint8_t *bytes = realloc(inbox->bytes, 2 * need);
    assert_non_null(bytes);
    inbox->bytes = bytes;
    inbox->cap = 2 * need;
  }
  if (len > 0)
    memcpy(inbox->bytes + inbox->len, data, len);
  inbox->len = need;
}

/* The message is whole; the next one begins. */
static struct hc_span take(struct sim_inbox *inbox)
{
  struct hc_span whole = hc_span_of(inbox->bytes, inbox->len);
  *inbox = (struct sim_inbox){ NULL, 0, 0 };
  return whole;
}

static void connection_data(hyco_receiver *self,
                            const hyco_connection_data_in *e, void *user_data)
{
  struct sim_receiver *r = user_data;
  char who[24];

  (void)self;
  assert_in_range(e->connection_id, 1, SIM_IDS_MAX - 1);
  struct sim_inbox *inbox = &r->inbox[e->connection_id];
  append(inbox, e->data, e->len);
  if (!e->eom)
    return;
  struct hc_span whole = take(inbox);
  r->last_len = whole.len;
  r->last_hash = sim_hash(whole);
  (void)snprintf(who, sizeof who, "%s %d", r->name, e->connection_id);
  note_message(r->world, who, e->data_format, whole);
  free((void *)(uintptr_t)whole.ptr);
}

static void connection_end(hyco_receiver *self,
                           const hyco_connection_disconnected *e,
                           void *user_data)
{
  struct sim_receiver *r = user_data;
  (void)self;
  sim_world_note(r->world, "%s %d end %d %s", r->name, e->connection_id,
                 e->status_code, e->description);
}

static void connection_disconnected(hyco_receiver *self,
                                    const hyco_connection_disconnected *e,
                                    void *user_data)
{
  struct sim_receiver *r = user_data;
  (void)self;
  sim_world_note(r->world, "%s %d disconnected %d %s", r->name,
                 e->connection_id, e->status_code, e->description);
}

static void connection_error(hyco_receiver *self, const hyco_error_event *e,
                             void *user_data)
{
  struct sim_receiver *r = user_data;
  (void)self;
  sim_world_note(r->world, "%s %d error %d %s", r->name, e->connection_id,
                 e->error_code, e->description);
}

static void receiver_error(hyco_receiver *self, const hyco_error_event *e,
                           void *user_data)
{
  struct sim_receiver *r = user_data;
  (void)self;
  assert_int_equal(e->connection_id, 0);
  sim_world_note(r->world, "%s error %d %.*s", r->name, e->error_code,
                 WORDS(e->description));
}

/* "r0 http 1 POST /hyco/x "body"" */
static void http_request(hyco_receiver *self, const hyco_http_request *e,
                         void *user_data)
{
  struct sim_receiver *r = user_data;

  (void)self;
  if (e->request_data_len > 40)
    sim_world_note(r->world, "%s http %d %s %s %zu bytes", r->name,
                   e->connection_id, e->request_method, e->request_target,
                   e->request_data_len);
  else
    sim_world_note(
        r->world, "%s http %d %s %s \"%.*s\"", r->name, e->connection_id,
        e->request_method, e->request_target, (int)e->request_data_len,
        e->request_data_len > 0 ? (const char *)e->request_data : "");
}

static void http_data(hyco_receiver *self, const hyco_http_request_data *e,
                      void *user_data)
{
  struct sim_receiver *r = user_data;

  (void)self;
  if (e->len > 40)
    sim_world_note(r->world, "%s http %d %zu bytes%s", r->name,
                   e->connection_id, e->len, e->eom ? " end" : "");
  else
    sim_world_note(r->world, "%s http %d \"%.*s\"%s", r->name, e->connection_id,
                   (int)e->len, e->len > 0 ? (const char *)e->data : "",
                   e->eom ? " end" : "");
}

static void http_cancelled(hyco_receiver *self,
                           const hyco_http_request_cancelled *e,
                           void *user_data)
{
  struct sim_receiver *r = user_data;
  (void)self;
  sim_world_note(r->world, "%s http %d cancelled %d %.*s", r->name,
                 e->connection_id, e->error_code, WORDS(e->description));
}

static void http_ready(hyco_receiver *self, int id, void *user_data)
{
  struct sim_receiver *r = user_data;
  (void)self;
  sim_world_note(r->world, "%s http %d ready", r->name, id);
}

static void receiver_certificate(hyco_receiver *self,
                                 hyco_ssl_server_authentication *e,
                                 void *user_data)
{
  struct sim_receiver *r = user_data;
  (void)self;
  e->accept = !r->refuse_certificate;
  sim_world_note(r->world, "%s certificate %s", r->name, e->status);
}

static void receiver_log(hyco_receiver *self, const hyco_log *e,
                         void *user_data)
{
  struct sim_receiver *r = user_data;
  (void)self;
  (void)e;
  if (r->notes_log)
    sim_world_note(r->world, "%s log", r->name);
}

static void connection_progress(hyco_receiver *self,
                                const hyco_connection_progress *e,
                                void *user_data)
{
  struct sim_receiver *r = user_data;
  (void)self;
  sim_world_note(r->world, "%s %d progress %lld of %lld", r->name,
                 e->connection_id, (long long)e->bytes_sent,
                 (long long)e->size);
}

const hyco_receiver_events sim_receiver_events = {
  .on_connected = connected,
  .on_disconnected = disconnected,
  .on_connection_request = connection_request,
  .on_connection_connected = connection_connected,
  .on_connection_ready_to_send = connection_ready,
  .on_connection_progress = connection_progress,
  .on_connection_data_in = connection_data,
  .on_connection_end = connection_end,
  .on_connection_disconnected = connection_disconnected,
  .on_connection_error = connection_error,
  .on_error = receiver_error,
  .on_http_request = http_request,
  .on_http_request_data = http_data,
  .on_http_request_cancelled = http_cancelled,
  .on_http_ready = http_ready,
  .on_ssl_server_authentication = receiver_certificate,
  .on_log = receiver_log,
};

static void sender_connected(hyco_sender *self, const hyco_connected *e,
                             void *user_data)
{
  struct sim_sender *s = user_data;
  (void)self;
  sim_world_note(s->world, "%s connected %d %.*s", s->name, e->status_code,
                 WORDS(e->description));
}

static void sender_ready(hyco_sender *self, void *user_data)
{
  struct sim_sender *s = user_data;
  (void)self;
  sim_world_note(s->world, "%s ready", s->name);
}

static void sender_data(hyco_sender *self, const hyco_data_in *e,
                        void *user_data)
{
  struct sim_sender *s = user_data;

  (void)self;
  append(&s->inbox, e->data, e->len);
  s->heard += e->len;
  if (!e->eom)
    return;
  struct hc_span whole = take(&s->inbox);
  s->last_len = whole.len;
  s->last_hash = sim_hash(whole);
  note_message(s->world, s->name, e->data_format, whole);
  free((void *)(uintptr_t)whole.ptr);
}

static void sender_end(hyco_sender *self, const hyco_disconnected *e,
                       void *user_data)
{
  struct sim_sender *s = user_data;
  (void)self;
  sim_world_note(s->world, "%s end %d %s", s->name, e->status_code,
                 e->description);
}

static void sender_disconnected(hyco_sender *self, const hyco_disconnected *e,
                                void *user_data)
{
  struct sim_sender *s = user_data;
  (void)self;
  sim_world_note(s->world, "%s disconnected %d %s", s->name, e->status_code,
                 e->description);
}

static void sender_error(hyco_sender *self, const hyco_error_event *e,
                         void *user_data)
{
  struct sim_sender *s = user_data;
  (void)self;
  sim_world_note(s->world, "%s error %d %s", s->name, e->error_code,
                 e->description);
}

static void sender_certificate(hyco_sender *self,
                               hyco_ssl_server_authentication *e,
                               void *user_data)
{
  struct sim_sender *s = user_data;
  (void)self;
  e->accept = !s->refuse_certificate;
  sim_world_note(s->world, "%s certificate %s", s->name, e->status);
}

static void sender_log(hyco_sender *self, const hyco_log *e, void *user_data)
{
  struct sim_sender *s = user_data;
  (void)self;
  (void)e;
  if (s->notes_log)
    sim_world_note(s->world, "%s log", s->name);
}

static void sender_progress(hyco_sender *self, const hyco_progress *e,
                            void *user_data)
{
  struct sim_sender *s = user_data;
  (void)self;
  sim_world_note(s->world, "%s progress %lld of %lld", s->name,
                 (long long)e->bytes_sent, (long long)e->size);
}

const hyco_sender_events sim_sender_events = {
  .on_connected = sender_connected,
  .on_ready_to_send = sender_ready,
  .on_progress = sender_progress,
  .on_data_in = sender_data,
  .on_end = sender_end,
  .on_disconnected = sender_disconnected,
  .on_error = sender_error,
  .on_ssl_server_authentication = sender_certificate,
  .on_log = sender_log,
};
