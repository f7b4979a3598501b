/* From a connected socket to an open stream: the TLS handshake, the judgement
 * on the certificate, and who hears of it. */
#include "io/dial.h"
#include "io/listen.h"
#include "io/stream.h"

void hc_io_set_open(struct hc_io_stream *s)
{
  struct hc_dialled *dialled = s->dialled;

  hc_io_stream_hold(s);
  s->phase = HC_IO_OPEN;
  hc_timers_cancel(&s->loop->timers, &s->deadline);
  hc_io_stream_touch(s);
  if (hc_buffer_len(&s->tx) > 0)
    hc_io_add(s->loop, HC_FLUSH, &s->flush);
  if (dialled != NULL) {
    s->dialled = NULL;
    hc_dialled_free(dialled);
    s->handler.on_open(s->user_data);
  } else {
    hc_io_listener_announce(s);
  }
  hc_io_stream_schedule(s);
  hc_io_stream_poll(s);
  hc_io_stream_release(s);
}

void hc_io_setup_failed(struct hc_io_stream *s, int code, const char *text)
{
  struct hc_fault fault;

  if (code == HYCO_EDROPPED) {
    code = HYCO_ETLS;
    text = "the peer closed the connection during the TLS handshake";
  }
  if (s->fd >= 0)
    hc_io_run_flush(&s->flush); /* an alert tells the peer why */
  if (s->dialled == NULL) {
    hc_io_destroy(s, false);
    return;
  }
  hc_fault_set(&fault, code, "%s: %s", hc_dialled_name(s->dialled),
               text != NULL ? text : hyco_strerror(code));
  hc_timers_cancel(&s->loop->timers, &s->deadline);
  hc_io_drop_socket(s, false);
  s->phase = HC_IO_FAILED;
  hc_io_stream_hold(s);
  s->handler.on_end(s->user_data, &fault);
  hc_io_stream_release(s);
}

bool hc_io_shake(struct hc_io_stream *s, struct hc_span *in)
{
  struct hc_fault fault;
  int rc = hc_tls_handshake(s->tls, in, &fault);

  if (hc_buffer_len(hc_tls_out(s->tls)) > 0)
    hc_io_add(s->loop, HC_FLUSH, &s->flush);
  if (rc == 0)
    return false;
  if (rc == 1 && s->dialled != NULL)
    rc = hc_dialled_verify(s, &fault);
  if (s->phase != HC_IO_HANDSHAKE) /* on_verify closed it */
    return false;
  if (rc < 0) {
    hc_io_setup_failed(s, rc, fault.text);
    return false;
  }
  hc_io_set_open(s);
  return s->phase == HC_IO_OPEN;
}
