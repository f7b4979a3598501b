/* JSON for tables: written piece by piece to standard output. */
#ifndef HC_CLI_JSON_H
#define HC_CLI_JSON_H

/* A string with its quotes. */
void hc_cli_json_string(const char *text);

/* "name": "text", and a comma behind it. */
void hc_cli_json_member(const char *name, const char *text);

#endif
