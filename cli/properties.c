/* hyco properties: the table of hyco/property.h, methods and events, for people
 * or machines. */
#include "json.h"
#include "options.h"
#include "surface.h"

#include <hyco/property.h>
#include <inttypes.h>
#include <stdio.h>

struct properties_values {
  bool json;
};

static const struct hc_cli_option options[] = {
  { .name = "json",
    .kind = HC_CLI_FLAG,
    .offset = offsetof(struct properties_values, json),
    .help = "a JSON array of objects" },
};

static const char *const kinds[] = {
  [HYCO_KIND_PROPERTY] = "property", [HYCO_KIND_SETTING] = "setting"
};
static const char *const types[] = { [HYCO_TYPE_STRING] = "string",
                                     [HYCO_TYPE_BOOL] = "bool",
                                     [HYCO_TYPE_INT] = "int",
                                     [HYCO_TYPE_ENUM] = "enum",
                                     [HYCO_TYPE_BYTES] = "bytes" };
static const char *const accesses[] = {
  [HYCO_ACCESS_RW] = "rw", [HYCO_ACCESS_R] = "r", [HYCO_ACCESS_W] = "w"
};
static const char *const scopes[] = { [HYCO_SCOPE_BOTH] = "both",
                                      [HYCO_SCOPE_RECEIVER] = "receiver",
                                      [HYCO_SCOPE_SENDER] = "sender",
                                      [HYCO_SCOPE_CONNECTION] = "connection" };
static const char *const whens[] = {
  [HYCO_WHEN_ANY] = "any", [HYCO_WHEN_IDLE] = "idle"
};

/* Numbers from..to, lengths of strings as <=bytes. */
static void format_range(const hyco_property_row *row, char out[48])
{
  if (row->type == HYCO_TYPE_BOOL || row->type == HYCO_TYPE_BYTES)
    snprintf(out, 48, "-");
  else if (row->type == HYCO_TYPE_STRING)
    snprintf(out, 48, "<=%" PRId64, row->max);
  else if (row->max == INT64_MAX)
    snprintf(out, 48, "%" PRId64 "..", row->min);
  else
    snprintf(out, 48, "%" PRId64 "..%" PRId64, row->min, row->max);
}

static void print_line(const char *const column[9])
{
  printf("%-39s %-8s %-6s %-6s %-10s %-8s %-15s %-4s %s\n", column[0],
         column[1], column[2], column[3], column[4], column[5], column[6],
         column[7], column[8]);
}

static void print_row(const hyco_property_row *row)
{
  char range[48];
  format_range(row, range);
  const char *const column[9] = {
    row->name,
    kinds[row->kind],
    types[row->type],
    accesses[row->access],
    scopes[row->scope],
    *row->default_value != '\0' ? row->default_value : "-",
    range,
    whens[row->when],
    row->help,
  };
  print_line(column);
}

/* kind: "method", "event" */
static void print_others(const char *kind,
                         const struct hc_cli_surface_row *rows, size_t n)
{
  for (size_t i = 0; i < n; i++) {
    const char *const column[9] = {
      rows[i].name, kind, "-", "-",          scopes[rows[i].scope],
      "-",          "-",  "-", rows[i].help,
    };
    print_line(column);
  }
}

static void print_table(void)
{
  static const char *const heads[9] = { "NAME",   "KIND",  "TYPE",
                                        "ACCESS", "SCOPE", "DEFAULT",
                                        "RANGE",  "WHEN",  "HELP" };
  print_line(heads);
  for (int p = 0; p < HYCO_PROPERTY_COUNT; p++)
    print_row(hyco_property_get_row((hyco_property)p));
  print_others("method", hc_cli_methods, hc_cli_n_methods);
  print_others("event", hc_cli_events, hc_cli_n_events);
}

static void print_json_row(const hyco_property_row *row)
{
  hc_cli_json_member("name", row->name);
  hc_cli_json_member("kind", kinds[row->kind]);
  hc_cli_json_member("type", types[row->type]);
  hc_cli_json_member("access", accesses[row->access]);
  hc_cli_json_member("scope", scopes[row->scope]);
  hc_cli_json_member("default", row->default_value);
  printf("\"min\": %" PRId64 ", \"max\": %" PRId64 ", ", row->min, row->max);
  hc_cli_json_member("when", whens[row->when]);
  fputs("\"help\": ", stdout);
  hc_cli_json_string(row->help);
}

static void print_json_others(const char *kind,
                              const struct hc_cli_surface_row *rows, size_t n)
{
  for (size_t i = 0; i < n; i++) {
    fputs(",\n  {", stdout);
    hc_cli_json_member("name", rows[i].name);
    hc_cli_json_member("kind", kind);
    hc_cli_json_member("scope", scopes[rows[i].scope]);
    fputs("\"help\": ", stdout);
    hc_cli_json_string(rows[i].help);
    putchar('}');
  }
}

static void print_json(void)
{
  fputs("[", stdout);
  for (int p = 0; p < HYCO_PROPERTY_COUNT; p++) {
    fputs(p == 0 ? "\n  {" : ",\n  {", stdout);
    print_json_row(hyco_property_get_row((hyco_property)p));
    putchar('}');
  }
  print_json_others("method", hc_cli_methods, hc_cli_n_methods);
  print_json_others("event", hc_cli_events, hc_cli_n_events);
  puts("\n]");
}

int hc_cli_properties(const struct hc_cli_command *self, int argc, char **argv)
{
  struct properties_values v = { 0 };
  const struct hc_cli_group groups[] = {
    { "Options", options, sizeof options / sizeof options[0], &v }
  };
  const struct hc_cli_parser parser = { self, groups, 1, NULL };

  int rc = hc_cli_parse(&parser, argc, argv);
  if (rc != HC_CLI_GO_ON)
    return rc;
  if (v.json)
    print_json();
  else
    print_table();
  return HC_CLI_DONE;
}
