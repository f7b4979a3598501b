/* Control messages: any text is read or refused with a reason; any headers of a
 * sender make an accept that is read again to the same. */
#include "protocol/control.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool condition)
{
  if (!condition)
    abort();
}

static void check_read(struct hc_span text)
{
  struct hc_control control;
  struct hc_fault fault;
  int rc = hc_control_read(text, &control, &fault);

  if (rc < 0) {
    require(fault.code == rc && fault.text[0] != '\0');
    return;
  }
  if (control.kind == HC_CONTROL_ACCEPT)
    require(control.accept.address != NULL &&
            control.accept.connect_headers != NULL);
  if (control.kind == HC_CONTROL_RENEW_TOKEN)
    require(control.token != NULL);
  hc_control_deinit(&control);
}

enum { HEADERS_MAX = 20 };

/* Lines "name:value", without NUL: no head that we read has one. */
static size_t split_headers(struct hc_span text,
                            struct hc_control_header headers[HEADERS_MAX])
{
  size_t n = 0;
  struct hc_span line;

  while (n < HEADERS_MAX && hc_span_split(&text, '\n', &line)) {
    struct hc_control_header *header = &headers[n++];
    header->value = hc_span_of(NULL, 0);
    hc_span_split(&line, ':', &header->name);
    hc_span_split(&line, '\n', &header->value);
  }
  return n;
}

static void check_written(struct hc_span text)
{
  struct hc_control_header headers[HEADERS_MAX];
  struct hc_accept_out accept = { .headers = headers, .remote_port = 65535 };
  struct hc_control control;
  struct hc_buffer out;

  accept.n_headers = split_headers(text, headers);
  accept.address = hc_span_str("wss://h/");
  accept.remote_address = text;
  hc_buffer_init(&out, HC_CONTROL_MAX);
  if (hc_control_write_accept(&out, &accept) == 0) {
    require(hc_control_read(hc_buffer_span(&out), &control, NULL) == 0);
    require(control.kind == HC_CONTROL_ACCEPT);
    require(strcmp(control.accept.address, "wss://h/") == 0);
    require(control.accept.remote_port == 65535);
    hc_control_deinit(&control);
  }
  hc_buffer_deinit(&out);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
  struct hc_span text = hc_span_of(data, size);

  check_read(text);
  if (size > 0 && memchr(data, 0, size) == NULL)
    check_written(text);
  return 0;
}
