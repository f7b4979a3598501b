/* Prints the relay's limits. */
#include "relay_settings.h"
#include "json.h"

#include <hyco/relay_settings.h>
#include <stdio.h>

static void print_row(const hyco_relay_setting_row *row)
{
  char range[32];

  snprintf(range, sizeof range, "%u..%u", row->min, row->max);
  printf("%-20s %-8u %-13s %-6s %s\n", row->name, row->default_value, range,
         row->unit[0] != '\0' ? row->unit : "-", row->help);
}

static void print_table(void)
{
  printf("%-20s %-8s %-13s %-6s %s\n", "NAME", "DEFAULT", "RANGE", "UNIT",
         "HELP");
  for (int i = 0; i < HYCO_RELAY_SETTING_COUNT; i++)
    print_row(hyco_relay_setting_get_row(i));
}

static void print_json(void)
{
  fputs("[", stdout);
  for (int i = 0; i < HYCO_RELAY_SETTING_COUNT; i++) {
    const hyco_relay_setting_row *row = hyco_relay_setting_get_row(i);
    fputs(i == 0 ? "\n  {" : ",\n  {", stdout);
    hc_cli_json_member("name", row->name);
    printf("\"default\": %u, \"min\": %u, \"max\": %u, ", row->default_value,
           row->min, row->max);
    hc_cli_json_member("unit", row->unit);
    fputs("\"help\": ", stdout);
    hc_cli_json_string(row->help);
    putchar('}');
  }
  puts("\n]");
}

void hc_cli_print_relay_settings(bool json)
{
  if (json)
    print_json();
  else
    print_table();
}
