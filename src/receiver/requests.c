/* The HTTP requests of a receiver. */
#include "receiver/requests.h"
#include "receiver/receiver.h"

void hc_requests_init(struct hc_requests *q)
{
  hc_list_init(&q->all);
  hc_list_init(&q->rendezvous);
}

void hc_requests_deinit(struct hc_requests *q)
{
  hc_id_map_deinit(&q->ids);
}

static void fetch(struct hc_receiver *r, const struct hc_request *pointer)
{
  struct hc_fault fault;
  int rc = 0;

  if (pointer->address == NULL)
    rc = hc_fault_set(&fault, HYCO_EPROTOCOL,
                      "a request without 'method', 'body' and 'address'");
  if (rc == 0)
    rc = hc_request_rendezvous_open(r, pointer->address, NULL, &fault);
  if (rc < 0)
    hc_receiver_emit_error(r, &fault);
}

void hc_requests_take(struct hc_receiver *r, struct hc_request *request)
{
  bool has_body = request->body;

  if (request->method == NULL || !request->has_body_member) {
    fetch(r, request);
    return;
  }
  struct hc_exchange *x =
      hc_exchange_begin(r, request, r->requests.channel, NULL);
  if (x == NULL)
    return;
  if (has_body)
    r->requests.incoming = x;
  hc_exchange_take(x, hc_span_of(NULL, 0), !has_body);
}

void hc_requests_take_body(struct hc_receiver *r, struct hc_span data, bool end)
{
  struct hc_exchange *x = r->requests.incoming;

  if (end)
    r->requests.incoming = NULL;
  if (x != NULL)
    hc_exchange_take(x, data, end);
}

void hc_requests_lose_body(struct hc_receiver *r)
{
  struct hc_exchange *x = r->requests.incoming;

  if (x == NULL)
    return;
  x->outcome = HYCO_EDROPPED;
  hc_exchange_free(x);
}

struct hc_exchange *hc_requests_find(const struct hc_receiver *r, int id)
{
  return hc_id_map_get(&r->requests.ids, id);
}

void hc_requests_stop(struct hc_receiver *r)
{
  struct hc_list *head = &r->requests.rendezvous;

  for (struct hc_list *n = head->next; n != head; n = n->next)
    hc_request_rendezvous_close_idle(
        HC_LIST_ENTRY(n, struct hc_request_rendezvous, node));
}

void hc_requests_shut(struct hc_receiver *r)
{
  struct hc_list *head = &r->requests.all;
  struct hc_list *next;

  for (struct hc_list *n = head->next; n != head; n = next) {
    next = n->next;
    hc_exchange_shut(HC_LIST_ENTRY(n, struct hc_exchange, node));
  }
}

bool hc_requests_are_over(const struct hc_requests *q)
{
  return hc_list_is_empty(&q->all) && hc_list_is_empty(&q->rendezvous);
}

void hc_requests_free_all(struct hc_receiver *r)
{
  struct hc_requests *q = &r->requests;

  while (!hc_list_is_empty(&q->all)) {
    struct hc_exchange *x =
        HC_LIST_ENTRY(q->all.next, struct hc_exchange, node);
    x->cancel_due = false;
    hc_exchange_free(x);
  }
  while (!hc_list_is_empty(&q->rendezvous))
    hc_request_rendezvous_free(
        HC_LIST_ENTRY(q->rendezvous.next, struct hc_request_rendezvous, node));
}
