/* Connection strings: any text is read or refused with a reason; what was read,
 * written plainly, is read again to the same. */
#include "base/buffer.h"
#include "protocol/connection_string.h"

#include <inttypes.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool condition)
{
  if (!condition)
    abort();
}

static void add(struct hc_buffer *out, const char *name, struct hc_span value)
{
  if (value.len == 0)
    return;
  require(hc_buffer_printf(out, ";%s=", name) == 0);
  require(hc_buffer_append(out, value) == 0);
}

static void write(struct hc_buffer *out, const struct hc_connection_string *cs)
{
  bool is_ipv6 = memchr(cs->host.ptr, ':', cs->host.len) != NULL;

  require(hc_buffer_append_str(out, is_ipv6 ? "Endpoint=sb://["
                                            : "Endpoint=sb://") == 0);
  require(hc_buffer_append(out, cs->host) == 0);
  require(hc_buffer_append_str(out, is_ipv6 ? "]" : "") == 0);
  if (cs->port != 0)
    require(hc_buffer_printf(out, ":%u", (unsigned)cs->port) == 0);
  add(out, "EntityPath", cs->entity_path);
  add(out, "SharedAccessKeyName", cs->key_name);
  add(out, "SharedAccessKey", cs->key);
  add(out, "SharedAccessSignature", cs->signature);
  if (cs->operation_timeout_s != 0 && cs->operation_timeout_s <= 999999999)
    require(hc_buffer_printf(out, ";OperationTimeout=%" PRId64,
                             cs->operation_timeout_s) == 0);
  if (cs->managed_identity)
    require(hc_buffer_append_str(out, ";Authentication=ManagedIdentity") == 0);
  if (cs->emulator)
    require(hc_buffer_append_str(out, ";UseDevelopmentEmulator=true") == 0);
}

static void require_same(struct hc_span a, struct hc_span b)
{
  require(hc_span_equal(a, b));
}

static void check_again(const struct hc_connection_string *cs)
{
  struct hc_connection_string again;
  struct hc_buffer out;

  hc_buffer_init(&out, 2 * HC_CONNECTION_STRING_MAX);
  write(&out, cs);
  if (hc_buffer_len(&out) <= HC_CONNECTION_STRING_MAX) {
    require(hc_connection_string_parse(hc_buffer_span(&out), &again, NULL) ==
            0);
    require_same(cs->host, again.host);
    require_same(cs->entity_path, again.entity_path);
    require_same(cs->key_name, again.key_name);
    require_same(cs->key, again.key);
    require_same(cs->signature, again.signature);
    require(cs->port == again.port);
    require(cs->managed_identity == again.managed_identity);
    require(cs->emulator == again.emulator);
  }
  hc_buffer_deinit(&out);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
  struct hc_connection_string cs;
  struct hc_fault fault;
  int rc = hc_connection_string_parse(hc_span_of(data, size), &cs, &fault);

  if (rc == 0)
    check_again(&cs);
  else
    require(fault.code == rc && fault.text[0] != '\0');
  return 0;
}
