/* Says what our reader makes of HTTP heads, for http1_node_test.js. Input:
 * records of a byte (1: a response), a length (4 bytes, little endian) and the
 * bytes. Output: a line for each, "-" if it is refused or not whole, otherwise
 * bytes taken, minor version, status, and in hexadecimal method, target,
 * reason, then each field's name and value. */
#include "base/memory.h"
#include "protocol/http1.h"

#include <stdio.h>
#include <stdlib.h>

static void print_hex(struct hc_span bytes)
{
  (void)putchar(' ');
  for (size_t i = 0; i < bytes.len; i++)
    printf("%02x", bytes.ptr[i]);
}

static void print_head(const struct hc_http_head *head, size_t taken)
{
  printf("%zu %d %d", taken, head->minor, head->status);
  print_hex(head->method);
  print_hex(head->target);
  print_hex(head->reason);
  for (size_t i = 0; i < head->n_fields; i++) {
    print_hex(head->fields[i].name);
    print_hex(head->fields[i].value);
  }
  (void)putchar('\n');
}

static void explain(bool is_response, struct hc_span bytes)
{
  static struct hc_http_head head;
  struct hc_span in = bytes;
  size_t scanned = 0;
  int rc =
      is_response
          ? hc_http_read_response(&in, HC_HTTP_HEAD_MAX, &scanned, &head, NULL)
          : hc_http_read_request(&in, HC_HTTP_HEAD_MAX, &scanned, &head, NULL);
  if (rc == 1)
    print_head(&head, bytes.len - in.len);
  else
    (void)puts("-");
}

int main(void)
{
  uint8_t start[5];

  while (fread(start, sizeof start, 1, stdin) == 1) {
    size_t len = (size_t)start[1] | (size_t)start[2] << 8 |
                 (size_t)start[3] << 16 | (size_t)start[4] << 24;
    uint8_t *bytes = hc_alloc(len + 1);
    if (bytes == NULL || fread(bytes, 1, len, stdin) != len) {
      hc_free(bytes);
      return EXIT_FAILURE;
    }
    explain(start[0] == 1, hc_span_of(bytes, len));
    hc_free(bytes);
  }
  return EXIT_SUCCESS;
}
