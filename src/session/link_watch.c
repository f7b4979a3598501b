/* A WebSocket as client: what the application is shown of the way to it. */
#include "base/memory.h"
#include "session/link_internal.h"

void hc_link_tell(struct hc_link *link, const char *event,
                  const struct hc_fault *fault)
{
  bool ok = fault == NULL || fault->code == 0;

  if (link->watch != NULL && !link->closed && !hc_net_is_narrow(link->net))
    link->watch->on_status(link->watch->user_data, event, ok ? 0 : -fault->code,
                           ok ? "OK" : fault->text);
}

void hc_link_greet(struct hc_link *link)
{
  if (link->greeted || link->watch == NULL || hc_net_is_narrow(link->net))
    return;
  link->greeted = true;
  hc_link_tell(link, "Remote host connection complete", NULL);
  if (link->tls == NULL)
    return;
  hc_link_tell(link, "SSL handshake complete", NULL);
  if (!link->closed)
    link->watch->on_ssl_status(link->watch->user_data, "handshake complete");
}

static void show_header(struct hc_link *link, const struct hc_http_field *f)
{
  char *name = hc_strndup((const char *)f->name.ptr, f->name.len);
  char *value = hc_strndup(f->value.len > 0 ? (const char *)f->value.ptr : "",
                           f->value.len);

  if (name != NULL && value != NULL)
    link->watch->on_header(link->watch->user_data, name, value);
  hc_free(name);
  hc_free(value);
}

bool hc_link_show(struct hc_link *link, const struct hc_http_head *head)
{
  for (size_t i = 0; link->watch != NULL && i < head->n_fields; i++) {
    show_header(link, &head->fields[i]);
    if (link->closed)
      return false;
  }
  return true;
}

bool hc_link_is_wanted(struct hc_link *link, struct hc_span location)
{
  if (link->watch == NULL)
    return false;
  char *text = hc_strndup((const char *)location.ptr, location.len);
  bool yes =
      text != NULL && link->watch->on_redirect(link->watch->user_data, text);
  hc_free(text);
  return yes && !link->closed;
}
