/* hyco/http.h: HTTP requests at a receiver. */
#include "api/receiver.h"

/* The request that may be answered, or NULL: then the fault is set. */
static struct hc_exchange *find(hyco_receiver *r, int id)
{
  struct hc_exchange *x = hc_requests_find(r->core, id);

  if (x == NULL)
    hc_fault_set(&r->core->surface.fault, HYCO_ENOREQUEST,
                 "there is no request %d to be answered", id);
  return x;
}

static int refuse_null(hyco_receiver *r, const char *what)
{
  return hc_fault_set(&r->core->surface.fault, HYCO_EINVALID, "%s is NULL",
                      what);
}

int hyco_receiver_get_request_header(hyco_receiver *r, int connection_id,
                                     const char *name, const char **value)
{
  const struct hc_exchange *x = find(r, connection_id);

  if (x == NULL)
    return HYCO_ENOREQUEST;
  if (name == NULL || value == NULL)
    return refuse_null(r, "name or value");
  const struct hc_control_fields *fields = &x->info.headers;
  *value = NULL;
  for (size_t i = 0; *value == NULL && i < fields->n; i++)
    if (hc_span_is_nocase(hc_span_str(fields->list[i].name), name))
      *value = fields->list[i].value;
  return 0;
}

int hyco_receiver_get_request_header_at(hyco_receiver *r, int connection_id,
                                        size_t place, const char **name,
                                        const char **value)
{
  const struct hc_exchange *x = find(r, connection_id);

  if (x == NULL)
    return HYCO_ENOREQUEST;
  if (name == NULL || value == NULL)
    return refuse_null(r, "name or value");
  const struct hc_control_fields *fields = &x->info.headers;
  bool is_there = place < fields->n;
  *name = is_there ? fields->list[place].name : NULL;
  *value = is_there ? fields->list[place].value : NULL;
  return 0;
}

int hyco_receiver_send_http_response(hyco_receiver *r, int connection_id,
                                     int status_code,
                                     const char *status_description,
                                     const void *data, size_t len)
{
  struct hc_exchange *x = find(r, connection_id);

  if (x == NULL)
    return HYCO_ENOREQUEST;
  if (data == NULL && len > 0)
    return refuse_null(r, "data");
  return hc_answer_send(x, status_code, status_description,
                        hc_span_of(data, len), &r->core->surface.fault);
}

int hyco_response_set_status(hyco_receiver *r, int connection_id,
                             int status_code, const char *status_description)
{
  struct hc_exchange *x = find(r, connection_id);

  if (x == NULL)
    return HYCO_ENOREQUEST;
  return hc_answer_set_status(x, status_code, status_description,
                              &r->core->surface.fault);
}

int hyco_response_add_header(hyco_receiver *r, int connection_id,
                             const char *name, const char *value)
{
  struct hc_exchange *x = find(r, connection_id);

  if (x == NULL)
    return HYCO_ENOREQUEST;
  if (name == NULL || value == NULL)
    return refuse_null(r, "name or value");
  return hc_answer_add_header(x, name, value, &r->core->surface.fault);
}

int hyco_response_write(hyco_receiver *r, int connection_id, const void *data,
                        size_t len)
{
  struct hc_exchange *x = find(r, connection_id);

  if (x == NULL)
    return HYCO_ENOREQUEST;
  if (data == NULL && len > 0)
    return refuse_null(r, "data");
  return hc_answer_write(x, hc_span_of(data, len), &r->core->surface.fault);
}

int hyco_response_flush(hyco_receiver *r, int connection_id)
{
  struct hc_exchange *x = find(r, connection_id);
  return x == NULL ? HYCO_ENOREQUEST
                   : hc_answer_flush(x, &r->core->surface.fault);
}

int hyco_response_end(hyco_receiver *r, int connection_id)
{
  struct hc_exchange *x = find(r, connection_id);
  return x == NULL ? HYCO_ENOREQUEST
                   : hc_answer_end(x, &r->core->surface.fault);
}

int hyco_response_abort(hyco_receiver *r, int connection_id)
{
  struct hc_exchange *x = find(r, connection_id);

  if (x == NULL)
    return HYCO_ENOREQUEST;
  hc_answer_abort(x);
  return 0;
}

int hyco_receiver_pause_request(hyco_receiver *r, int connection_id)
{
  struct hc_exchange *x = find(r, connection_id);

  if (x == NULL)
    return HYCO_ENOREQUEST;
  hc_exchange_pause(x);
  return 0;
}

int hyco_receiver_resume_request(hyco_receiver *r, int connection_id)
{
  struct hc_exchange *x = find(r, connection_id);

  if (x == NULL)
    return HYCO_ENOREQUEST;
  hc_exchange_resume(x);
  return 0;
}
