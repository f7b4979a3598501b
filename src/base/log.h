/* Log lines with a level; where they go is the owner's business. */
#ifndef HC_BASE_LOG_H
#define HC_BASE_LOG_H

#include <stdbool.h>
#include <stddef.h>

/* spec receiver.md, on_log: 0 none, 1 info, 2 verbose, 3 debug. */
enum hc_log_level { HC_LOG_NONE, HC_LOG_INFO, HC_LOG_VERBOSE, HC_LOG_DEBUG };

struct hc_log {
  enum hc_log_level level; /* lines above it are not made */
  /* id: of the connection or request that the line is about; 0: none */
  void (*write)(void *user_data, enum hc_log_level level, int id,
                const char *line);
  void *user_data;
};

/* log may be NULL. Never put a token or a key in a line. */
void hc_log_line(const struct hc_log *log, enum hc_log_level level,
                 const char *format, ...) __attribute__((format(printf, 3, 4)));

/* About a connection or request. */
void hc_log_line_of(const struct hc_log *log, enum hc_log_level level, int id,
                    const char *format, ...)
    __attribute__((format(printf, 4, 5)));

static inline bool hc_log_wants(const struct hc_log *log,
                                enum hc_log_level level)
{
  return log != NULL && log->write != NULL && level <= log->level;
}

#endif
