/* Log lines with a level. */
#include "base/log.h"

#include "base/text.h"

enum { LINE_MAX_BYTES = 1024 };

void hc_log_line(const struct hc_log *log, enum hc_log_level level,
                 const char *format, ...)
{
  if (!hc_log_wants(log, level))
    return;
  char line[LINE_MAX_BYTES];
  va_list args;
  va_start(args, format);
  hc_text_format(line, sizeof(line), format, args);
  va_end(args);
  log->write(log->user_data, level, line);
}
