/* The relay's limits: the values behind the table of hyco/relay_settings.h. */
#include "net/net.h"
#include "protocol/quote.h"
#include "relay/relay.h"
#include <assert.h>

static const hyco_relay_setting_row rows[HYCO_RELAY_SETTING_COUNT] = {
#define XX(id, name, default_value, min, max, unit, help) \
  { name, default_value, min, max, unit, help },
  HYCO_RELAY_SETTING_MAP(XX)
#undef XX
};

static const size_t places[HYCO_RELAY_SETTING_COUNT] = {
#define XX(id, ...) offsetof(struct hc_relay_settings, id),
  HYCO_RELAY_SETTING_MAP(XX)
#undef XX
};

enum {
#define XX(id, name, default_value, min, max, ...) MAX_##id = max,
  HYCO_RELAY_SETTING_MAP(XX)
#undef XX
};
static_assert((int)MAX_header_max <= (int)HC_STREAM_REST_MAX,
              "a head has to fit what a stream keeps");

enum { LONGEST_NUMBER = 9 /* digits: no sum passes an unsigned */ };

const hyco_relay_setting_row *hyco_relay_setting_get_row(int index)
{
  return index >= 0 && index < HYCO_RELAY_SETTING_COUNT ? &rows[index] : NULL;
}

/* The member of a row. */
static unsigned *member(struct hc_relay_settings *settings, size_t row)
{
  return (unsigned *)(void *)((char *)settings + places[row]);
}

static unsigned value_of(const struct hc_relay_settings *settings, size_t row)
{
  return *(const unsigned *)(const void *)((const char *)settings +
                                           places[row]);
}

void hc_relay_settings_default(struct hc_relay_settings *settings)
{
  for (size_t i = 0; i < HYCO_RELAY_SETTING_COUNT; i++)
    *member(settings, i) = rows[i].default_value;
}

static int refuse(const hyco_relay_setting_row *row, struct hc_fault *fault)
{
  return hc_fault_set(fault, HYCO_EBADVALUE, "%s is a number from %u to %u%s%s",
                      row->name, row->min, row->max,
                      row->unit[0] != '\0' ? " " : "", row->unit);
}

int hc_relay_settings_check(const struct hc_relay_settings *settings,
                            struct hc_fault *fault)
{
  for (size_t i = 0; i < HYCO_RELAY_SETTING_COUNT; i++) {
    unsigned value = value_of(settings, i);
    if (value < rows[i].min || value > rows[i].max)
      return refuse(&rows[i], fault);
  }
  return 0;
}

static bool read_number(struct hc_span text, unsigned *number)
{
  *number = 0;
  for (size_t i = 0; i < text.len; i++) {
    if (text.ptr[i] < '0' || text.ptr[i] > '9')
      return false;
    *number = *number * 10 + (unsigned)(text.ptr[i] - '0');
  }
  return text.len > 0;
}

int hc_relay_settings_set(struct hc_relay_settings *settings,
                          struct hc_span name, struct hc_span value,
                          struct hc_fault *fault)
{
  unsigned number;
  size_t i = 0;

  while (i < HYCO_RELAY_SETTING_COUNT && !hc_span_is_nocase(name, rows[i].name))
    i++;
  if (i == HYCO_RELAY_SETTING_COUNT)
    return hc_fault_set(fault, HYCO_EUNKNOWNNAME,
                        "there is no setting \"%.*s\" of a relay",
                        HC_QUOTE(name));
  if (value.len > LONGEST_NUMBER || !read_number(value, &number) ||
      number < rows[i].min || number > rows[i].max)
    return refuse(&rows[i], fault);
  *member(settings, i) = number;
  return 0;
}
