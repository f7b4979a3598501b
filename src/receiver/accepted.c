/* One sender that a receiver was offered. */
#include "receiver/accepted.h"
#include "base/memory.h"
#include "receiver/allowed_clients.h"
#include "receiver/receiver.h"
#include "receiver/reject.h"
#include "session/events.h"
#include "session/options.h"

enum {
  STATUS_REJECTED = 400,
  STATUS_NOT_ALLOWED = 403,
  STATUS_OUR_ERROR = 500,
  STATUS_BAD_GATEWAY = 502,
  STATUS_TOO_MANY = 503
};

void hc_accepted_free(struct hc_accepted *a)
{
  struct hc_control control = { .accept = a->info };

  hc_list_remove(&a->node);
  a->receiver->n_accepted--;
  hc_id_map_remove(&a->receiver->ids, a->id);
  hc_connection_free(a->connection);
  hc_sending_drop_files(&a->sending);
  hc_inbox_deinit(&a->inbox);
  hc_forward_free(a->forward);
  hc_free(a->sub_protocol);
  hc_control_deinit(&control);
  hc_free(a);
}

static void emit_connection_error(struct hc_accepted *a,
                                  const struct hc_fault *fault)
{
  struct hc_receiver *r = a->receiver;
  hyco_error_event e = { a->id, -fault->code, fault->text };
  if (r->events.on_connection_error != NULL)
    r->events.on_connection_error(r->self, &e, r->user_data);
}

/* The sender was accepted before the target was known to be there. */
static void end_without_target(struct hc_accepted *a,
                               const struct hc_fault *fault)
{
  struct hc_receiver *r = a->receiver;

  emit_connection_error(a, fault);
  if (r->freed)
    return;
  hc_connection_end_half_close(a->connection);
  hc_connection_disconnect(a->connection, HC_CLOSE_INTERNAL,
                           hc_span_str(hyco_strerror(HYCO_EFORWARD)));
}

/* The last thing that is done with an open connection: a may be gone then. */
static void join_target(struct hc_accepted *a)
{
  struct hc_fault fault;

  hc_forward_join(a->forward, a->connection);
  if (!hc_properties_flag(&a->receiver->surface.props,
                          HYCO_FORWARD_DIAL_FIRST) &&
      hc_connection_is_open(a->connection) &&
      hc_forward_dial(a->forward, &a->receiver->surface.props, &fault) < 0)
    end_without_target(a, &fault);
}

static void on_open(void *user_data, struct hc_span sub_protocol)
{
  struct hc_accepted *a = user_data;
  struct hc_receiver *r = a->receiver;
  struct hc_fault fault;
  int id = a->id;

  (void)sub_protocol;
  if (hc_id_map_put(&r->ids, id, a) < 0) {
    hc_fault_set(&fault, HYCO_ENOMEM, "out of memory");
    hc_accepted_free(a);
    hc_receiver_emit_error(r, &fault);
    hc_receiver_settle(r);
    return;
  }
  a->is_open = true;
  if (r->events.on_connection_connected != NULL)
    r->events.on_connection_connected(r->self, id, r->user_data);
  if (r->freed)
    return;
  if (r->shutting_down)
    (void)hc_receiver_disconnect(r, id);
  if (hc_connection_is_ready(a->connection) && /* else it is told later */
      r->events.on_connection_ready_to_send != NULL)
    r->events.on_connection_ready_to_send(r->self, id, r->user_data);
  if (!r->freed && a->forward != NULL)
    join_target(a);
}

static void on_failed(void *user_data, int status, const struct hc_fault *fault)
{
  struct hc_accepted *a = user_data;
  struct hc_receiver *r = a->receiver;
  struct hc_fault copy;

  (void)status;
  hc_fault_set(&copy, HYCO_ERENDEZVOUS, "accepting failed: %s", fault->text);
  if (a->forward != NULL)
    hc_forward_close(a->forward, false); /* it was told nothing */
  hc_accepted_free(a);
  hc_receiver_emit_error(r, &copy);
  hc_receiver_settle(r);
}

static void on_ready_to_send(void *user_data)
{
  struct hc_accepted *a = user_data;
  struct hc_receiver *r = a->receiver;
  if (a->forward != NULL)
    hc_forward_ready(a->forward);
  if (r->events.on_connection_ready_to_send != NULL)
    r->events.on_connection_ready_to_send(r->self, a->id, r->user_data);
}

static void on_send_failed(void *user_data, int error)
{
  struct hc_accepted *a = user_data;
  struct hc_fault fault;

  hc_sending_lose_file(&a->sending, error, &fault);
  emit_connection_error(a, &fault);
}

static void on_progress(void *user_data, int64_t sent, int64_t size)
{
  struct hc_accepted *a = user_data;
  struct hc_receiver *r = a->receiver;
  hyco_connection_progress e = { a->id, sent, size };
  if (r->events.on_connection_progress != NULL)
    r->events.on_connection_progress(r->self, &e, r->user_data);
}

static void refuse_message(struct hc_accepted *a, int error)
{
  struct hc_receiver *r = a->receiver;
  struct hc_fault fault;

  hc_inbox_refuse(a->connection, error, &fault);
  hyco_error_event e = { a->id, -error, fault.text };
  if (r->events.on_connection_error != NULL)
    r->events.on_connection_error(r->self, &e, r->user_data);
}

static void on_data(void *user_data, enum hc_ws_opcode opcode,
                    struct hc_span data, bool end_of_message)
{
  struct hc_accepted *a = user_data;
  struct hc_receiver *r = a->receiver;
  struct hc_buffer whole;

  if (a->forward != NULL) {
    if (opcode != HC_WS_PONG)
      hc_forward_take(a->forward, data);
    return;
  }
  int rc = hc_inbox_add(&a->inbox, &r->surface.props, opcode, &data,
                        end_of_message, &whole);
  if (rc < 0) {
    refuse_message(a, rc);
    return;
  }
  hyco_connection_data_in e = {
    .connection_id = a->id,
    .data_format = (hyco_format)opcode,
    .data = data.ptr,
    .len = data.len,
    .eom = end_of_message,
  };
  if (rc > 0 && r->events.on_connection_data_in != NULL)
    r->events.on_connection_data_in(r->self, &e, r->user_data);
  hc_buffer_deinit(&whole);
}

static void on_half_end(void *user_data, int code, struct hc_span reason)
{
  struct hc_accepted *a = user_data;
  struct hc_receiver *r = a->receiver;
  struct hc_fault said;

  hc_event_words(reason, &said);
  hyco_connection_disconnected e = { a->id, code, said.text };
  if (a->forward != NULL)
    hc_forward_end(a->forward);
  if (r->events.on_connection_end != NULL)
    r->events.on_connection_end(r->self, &e, r->user_data);
}

static void on_disconnected(void *user_data, int code, struct hc_span reason,
                            const struct hc_fault *fault)
{
  struct hc_accepted *a = user_data;
  struct hc_receiver *r = a->receiver;
  int id = a->id;
  struct hc_fault said;

  hc_event_words(reason, &said);
  if (a->forward != NULL)
    hc_forward_close(a->forward, fault->code != 0);
  if (fault->code != 0) {
    emit_connection_error(a, fault);
    if (r->freed)
      return;
  }
  hc_log_line_of(&r->log, HC_LOG_INFO, id, "connection %d over: %d %s", id,
                 code, said.text);
  hyco_connection_disconnected e = { id, code, said.text };
  if (r->events.on_connection_disconnected != NULL)
    r->events.on_connection_disconnected(r->self, &e, r->user_data);
  if (r->freed)
    return;
  hc_accepted_free(a);
  hc_receiver_settle(r);
}

void hc_accepted_abort(struct hc_accepted *a, const char *why)
{
  struct hc_fault fault;
  hc_fault_set(&fault, HYCO_ETIMEOUT, "%s", why);
  if (a->is_open)
    on_disconnected(a, HC_CLOSE_ABNORMAL, hc_span_str(why), &fault);
  else
    hc_accepted_free(a);
}

static bool on_verify(void *user_data, const struct hc_tls_verdict *verdict)
{
  struct hc_accepted *a = user_data;
  return hc_receiver_emit_verify(a->receiver, verdict);
}

static const struct hc_connection_handler connection_handler = {
  .on_open = on_open,
  .on_failed = on_failed,
  .on_ready_to_send = on_ready_to_send,
  .on_send_failed = on_send_failed,
  .on_data = on_data,
  .on_half_end = on_half_end,
  .on_disconnected = on_disconnected,
  .on_verify = on_verify,
};

static int open_rendezvous(struct hc_accepted *a, struct hc_fault *fault)
{
  struct hc_receiver *r = a->receiver;
  const struct hc_properties *props = &r->surface.props;
  struct hc_endpoint endpoint;
  struct hc_connection_options options = hc_connection_options_read(props);

  int rc = hc_receiver_link_options(r, a->info.address, &endpoint,
                                    &options.link, fault);
  if (rc < 0)
    return rc;
  options.link.protocols = hc_span_str(a->sub_protocol);
  if (a->forward != NULL) {
    options.half_close = true;
    if (options.queue_mark > HC_FORWARD_MARK)
      options.queue_mark = HC_FORWARD_MARK;
  }
  return hc_connection_open(r->net, &options, &connection_handler, a,
                            &a->connection, fault);
}

/* ConnectionIds begin at 1 in every process, this one is unique. */
static void make_uid(struct hc_accepted *a)
{
  uint8_t random[16];

  hc_net_random(a->receiver->net, random, sizeof random);
  hc_guid_format(a->uid, random);
}

static void on_reject_error(void *user_data, const struct hc_fault *fault)
{
  hc_receiver_emit_error(user_data, fault);
}

static bool on_reject_verify(void *user_data,
                             const struct hc_tls_verdict *verdict)
{
  return hc_receiver_emit_verify(user_data, verdict);
}

static void reject(struct hc_receiver *r, const struct hc_accept *info,
                   int status, const char *description)
{
  struct hc_link_options link;
  struct hc_endpoint endpoint;
  struct hc_fault fault;
  struct hc_reject *reject = NULL;

  int rc = hc_receiver_link_options(r, info->address, &endpoint, &link, &fault);
  if (rc == 0) {
    reject = hc_alloc_zero(sizeof *reject);
    if (reject == NULL)
      rc = hc_fault_set(&fault, HYCO_ENOMEM, "out of memory");
  }
  if (rc == 0) {
    *reject = (struct hc_reject){ .net = r->net,
                                  .on_error = on_reject_error,
                                  .on_verify = on_reject_verify,
                                  .user_data = r };
    hc_list_append(&r->rejects, &reject->node);
    rc = hc_reject_start(reject, &link, status, description, &fault);
  }
  if (rc < 0) {
    if (reject != NULL)
      hc_reject_free(reject);
    hc_receiver_emit_error(r, &fault);
  }
}

static void give_up(struct hc_accepted *a, const struct hc_fault *fault)
{
  struct hc_receiver *r = a->receiver;

  hc_accepted_free(a);
  hc_receiver_emit_error(r, fault);
  hc_receiver_settle(r);
}

/* The target stands before the sender is accepted. */
static void on_target_open(void *user_data)
{
  struct hc_accepted *a = user_data;
  struct hc_fault fault;

  if (a->connection == NULL && open_rendezvous(a, &fault) < 0)
    give_up(a, &fault);
}

static void reject_without_target(struct hc_accepted *a,
                                  const struct hc_fault *fault)
{
  struct hc_receiver *r = a->receiver;

  /* no more than that: the sender need not know what lies behind us */
  reject(r, &a->info, STATUS_BAD_GATEWAY, hyco_strerror(HYCO_EFORWARD));
  if (!r->freed)
    give_up(a, fault);
}

static void on_target_failed(void *user_data, const struct hc_fault *fault)
{
  struct hc_accepted *a = user_data;

  if (a->is_open)
    end_without_target(a, fault);
  else
    reject_without_target(a, fault);
}

static const struct hc_forward_handler target_handler = {
  .on_open = on_target_open,
  .on_failed = on_target_failed,
};

/* Takes the strings of info over. NULL when out of memory. */
static struct hc_accepted *new_accepted(struct hc_receiver *r,
                                        struct hc_accept *info,
                                        const char *sub_protocol)
{
  const struct hc_properties *props = &r->surface.props;
  struct hc_accepted *a = hc_alloc_zero(sizeof *a);

  if (a == NULL)
    return NULL;
  a->receiver = r;
  a->info = *info;
  memset(info, 0, sizeof *info);
  a->accept_data = true;
  a->id = hc_receiver_next_id(r);
  make_uid(a);
  hc_list_append(&r->accepted, &a->node);
  r->n_accepted++;
  a->sub_protocol = hc_strdup(sub_protocol);
  if (hc_forward_is_wanted(props))
    a->forward = hc_forward_new(r->net, props, &target_handler, a);
  a->sending = (struct hc_sending){
    .block = r->block,
    .owner = r->block_owner,
    .id = a->id,
    .is_forwarded = a->forward != NULL,
    .timeout_s = hc_properties_number(props, HYCO_DEFAULT_TIMEOUT),
    .net = r->net,
    .all = &r->files,
    .on_progress = on_progress,
    .user_data = a,
  };
  if (a->sub_protocol != NULL &&
      (a->forward != NULL) == hc_forward_is_wanted(props))
    return a;
  hc_accepted_free(a);
  return NULL;
}

static void accept(struct hc_receiver *r, struct hc_accept *info,
                   const char *sub_protocol)
{
  const struct hc_properties *props = &r->surface.props;
  struct hc_fault fault;
  struct hc_accepted *a = new_accepted(r, info, sub_protocol);

  if (a == NULL) {
    hc_fault_set(&fault, HYCO_ENOMEM, "out of memory");
    hc_receiver_emit_error(r, &fault);
  } else if (a->forward != NULL &&
             hc_properties_flag(props, HYCO_FORWARD_DIAL_FIRST)) {
    if (hc_forward_dial(a->forward, props, &fault) < 0)
      reject_without_target(a, &fault);
  } else if (open_rendezvous(a, &fault) < 0) {
    give_up(a, &fault);
  }
}

/* The sub-protocol to agree to: the first offered, unless the application
 * chose. Empty if none was offered. */
static char *first_protocol(const struct hc_accept *info)
{
  struct hc_span rest =
      hc_span_str(info->sub_protocols != NULL ? info->sub_protocols : "");
  struct hc_span first = { 0 };

  hc_span_split(&rest, ',', &first);
  first = hc_span_trim(first);
  return hc_strndup(first.len > 0 ? (const char *)first.ptr : "", first.len);
}

static bool is_offered(const struct hc_accept *info, const char *protocol)
{
  struct hc_span rest =
      hc_span_str(info->sub_protocols != NULL ? info->sub_protocols : "");
  struct hc_span one;

  while (hc_span_split(&rest, ',', &one)) {
    if (hc_span_is(hc_span_trim(one), protocol))
      return true;
  }
  return protocol[0] == '\0';
}

static void decide(struct hc_receiver *r, struct hc_accept *info,
                   const hyco_connection_request *e)
{
  const char *protocol = hc_event_text(e->sub_protocol);
  struct hc_fault fault;

  if (!e->accept) {
    reject(r, info, e->status_code != 0 ? e->status_code : STATUS_REJECTED,
           e->status_description != NULL ? e->status_description
                                         : "Rejected by user code");
  } else if (!is_offered(info, protocol)) {
    reject(r, info, STATUS_OUR_ERROR,
           "The listener chose a sub-protocol that "
           "was not offered.");
    hc_fault_set(&fault, HYCO_EBADVALUE,
                 "sub_protocol \"%s\" was not offered (\"%s\")", protocol,
                 hc_event_text(info->sub_protocols));
    if (!r->freed)
      hc_receiver_emit_error(r, &fault);
  } else {
    accept(r, info, protocol);
  }
}

static bool is_allowed(const struct hc_receiver *r,
                       const struct hc_accept *info)
{
  const char *list =
      hc_properties_text(&r->surface.props, HYCO_ALLOWED_CLIENTS);
  return hc_allowed_clients_match(hc_span_str(list),
                                  hc_event_text(info->remote_address));
}

static bool is_full(const struct hc_receiver *r)
{
  int64_t max = hc_properties_number(&r->surface.props, HYCO_MAX_CONNECTIONS);
  return r->n_accepted >= (uint64_t)max;
}

void hc_accepted_offer(struct hc_receiver *r, struct hc_accept *info)
{
  if (is_full(r)) {
    hc_log_line(&r->log, HC_LOG_INFO, "a sender is rejected: MaxConnections");
    if (!r->freed)
      reject(r, info, STATUS_TOO_MANY,
             "The listener has as many connections as it takes.");
    return;
  }
  char *protocol = first_protocol(info);
  bool allowed = is_allowed(r, info);
  hyco_connection_request e = {
    .accept = allowed,
    .rendezvous_address = info->address,
    .id = hc_event_text(info->id),
    .connect_headers = hc_event_text(info->connect_headers),
    .sub_protocols = hc_event_text(info->sub_protocols),
    .extensions = hc_event_text(info->extensions),
    .host = hc_event_text(info->host),
    .remote_address = hc_event_text(info->remote_address),
    .remote_port = info->remote_port,
    .status_code = allowed ? 0 : STATUS_NOT_ALLOWED,
    .status_description =
        allowed ? NULL : "The sender's address is not allowed.",
    .sub_protocol = hc_event_text(protocol),
  };
  hc_log_line(&r->log, HC_LOG_INFO, "a sender asks: id %s from %s:%d", e.id,
              e.remote_address, e.remote_port);
  if (r->events.on_connection_request != NULL)
    r->events.on_connection_request(r->self, &e, r->user_data);
  if (!r->freed)
    decide(r, info, &e);
  hc_free(protocol);
}
