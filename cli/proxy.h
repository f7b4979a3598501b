/* The proxy of --proxy: a URL, into the rows that a receiver or a sender has
 * for the way out. */
#ifndef HC_CLI_PROXY_H
#define HC_CLI_PROXY_H

#include "target.h"

/* url: [http|socks4|socks4a|socks5|socks5h://][USER[:PASSWORD]@]HOST[:PORT][/],
 * USER and PASSWORD with %XX where they need it; "": none. HC_CLI_GO_ON, or the
 * exit status after saying what is wrong; the URL, which may hold a password,
 * is never said. */
int hc_cli_proxy_set(const struct hc_cli_command *command,
                     const struct hc_cli_role *role, const char *url);

#endif
