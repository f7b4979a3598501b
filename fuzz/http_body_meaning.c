/* Says what our reader makes of chunked bodies, for http_body_node_test.js.
 * Input: records of a length (4 bytes, little endian) and the bytes. Output: a
 * line for each, "-" if it is refused or not whole, otherwise bytes taken and
 * the data in hexadecimal. */
#include "base/memory.h"
#include "protocol/http_body.h"

#include <stdio.h>
#include <stdlib.h>

/* The size of the whole body; 0: there is none. */
static size_t measure(struct hc_span bytes)
{
  struct hc_span in = bytes;
  struct hc_span data;
  struct hc_http_body body;
  int rc;

  hc_http_body_init(&body, HC_HTTP_CHUNKED, 0);
  while ((rc = hc_http_body_read(&body, &in, &data)) == 1)
    ;
  return rc == HC_HTTP_BODY_END ? bytes.len - in.len : 0;
}

static void print_data(struct hc_span in)
{
  struct hc_span data;
  struct hc_http_body body;

  hc_http_body_init(&body, HC_HTTP_CHUNKED, 0);
  while (hc_http_body_read(&body, &in, &data) == 1)
    for (size_t i = 0; i < data.len; i++)
      printf("%02x", data.ptr[i]);
}

static void explain(struct hc_span bytes)
{
  size_t taken = measure(bytes);

  if (taken == 0) {
    (void)puts("-");
    return;
  }
  printf("%zu ", taken);
  print_data(bytes);
  (void)putchar('\n');
}

int main(void)
{
  uint8_t start[4];

  while (fread(start, sizeof start, 1, stdin) == 1) {
    size_t len = (size_t)start[0] | (size_t)start[1] << 8 |
                 (size_t)start[2] << 16 | (size_t)start[3] << 24;
    uint8_t *bytes = hc_alloc(len + 1);
    if (bytes == NULL || fread(bytes, 1, len, stdin) != len) {
      hc_free(bytes);
      return EXIT_FAILURE;
    }
    explain(hc_span_of(bytes, len));
    hc_free(bytes);
  }
  return EXIT_SUCCESS;
}
