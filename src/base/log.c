/* Log lines with a level. */
#include "base/log.h"

#include "base/text.h"

enum { LINE_MAX_BYTES = 1024 };

__attribute__((format(printf, 4, 0))) static void
write_line(const struct hc_log *log, enum hc_log_level level, int id,
           const char *format, va_list args)
{
  char line[LINE_MAX_BYTES];
  hc_text_format(line, sizeof(line), format, args);
  log->write(log->user_data, level, id, line);
}

void hc_log_line(const struct hc_log *log, enum hc_log_level level,
                 const char *format, ...)
{
  va_list args;

  if (!hc_log_wants(log, level))
    return;
  va_start(args, format);
  write_line(log, level, 0, format, args);
  va_end(args);
}

void hc_log_line_of(const struct hc_log *log, enum hc_log_level level, int id,
                    const char *format, ...)
{
  va_list args;

  if (!hc_log_wants(log, level))
    return;
  va_start(args, format);
  write_line(log, level, id, format, args);
  va_end(args);
}
