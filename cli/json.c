/* JSON for tables. */
#include "json.h"

#include <stdio.h>

void hc_cli_json_string(const char *text)
{
  putchar('"');
  for (const char *p = text; *p != '\0'; p++) {
    if (*p == '"' || *p == '\\')
      printf("\\%c", *p);
    else if ((unsigned char)*p < 0x20)
      printf("\\u%04x", (unsigned)*p);
    else
      putchar(*p);
  }
  putchar('"');
}

void hc_cli_json_member(const char *name, const char *text)
{
  printf("\"%s\": ", name);
  hc_cli_json_string(text);
  fputs(", ", stdout);
}
