/* Text for people, made safe for a terminal and a log. */
#ifndef HC_BASE_TEXT_H
#define HC_BASE_TEXT_H

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

/* As vsnprintf, but control characters (C0, DEL, C1) and bytes that are not
 * UTF-8 become '?', for peers' bytes stand in such texts; and what does not fit
 * is cut off before a character of UTF-8. size must not be 0. */
void hc_text_format(char *out, size_t size, const char *format, va_list args)
    __attribute__((format(printf, 3, 0)));

/* "host:port", an IPv6 address in brackets (RFC 3986 3.2.2); cut to size. */
void hc_text_host_port(char *out, size_t size, const char *host, uint16_t port);

#endif
