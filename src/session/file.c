/* A file that is read piece by piece. */
#include "session/file.h"
#include "protocol/quote.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static int open_regular(const char *name, uint64_t *size, const char **why)
{
  struct stat st = { 0 };
  /* without O_NONBLOCK a FIFO would wait for its writer */
  int fd = open(name, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);

  if (fd >= 0 && fstat(fd, &st) == 0 && S_ISREG(st.st_mode)) {
    *size = (uint64_t)st.st_size;
    return fd;
  }
  *why = fd < 0 ? strerror(errno) : "not a regular file";
  if (fd >= 0)
    (void)close(fd);
  return -1;
}

int hc_file_open(struct hc_file *file, const char *name, bool is_text,
                 struct hc_fault *fault)
{
  const char *why = "";

  file->fd = open_regular(name, &file->size, &why);
  if (file->fd < 0)
    return hc_fault_set(fault, HYCO_EFILE, "\"%.*s\": %s",
                        HC_QUOTE(hc_span_str(name)), why);
  file->left = file->size;
  file->is_text = is_text;
  file->utf8 = (struct hc_utf8){ 0 };
  return 0;
}

static int fill_piece(struct hc_file *file, size_t len, struct hc_fault *fault)
{
  size_t n = 0;

  while (n < len) {
    ssize_t got = read(file->fd, file->piece + n, len - n);
    if (got < 0 && errno == EINTR)
      continue;
    if (got < 0)
      return hc_fault_set(fault, HYCO_EFILEIO, "the file cannot be read: %s",
                          strerror(errno));
    uint64_t end = file->size - file->left + n;
    if (got == 0)
      return hc_fault_set(fault, HYCO_EFILEIO,
                          "the file has become shorter: it had %llu bytes and "
                          "ends after %llu",
                          (unsigned long long)file->size,
                          (unsigned long long)end);
    n += (size_t)got;
  }
  return 0;
}

int hc_file_read(struct hc_file *file, size_t max, struct hc_span *piece,
                 struct hc_fault *fault)
{
  size_t len = max > 0 && max < HC_FILE_PIECE_MAX ? max : HC_FILE_PIECE_MAX;

  if (len > file->left)
    len = (size_t)file->left;
  int rc = fill_piece(file, len, fault);
  if (rc < 0)
    return rc;
  *piece = hc_span_of(file->piece, len);
  file->left -= len;
  if (file->is_text && (!hc_utf8_feed(&file->utf8, *piece) ||
                        (file->left == 0 && !hc_utf8_is_whole(&file->utf8))))
    return hc_fault_set(fault, HYCO_EBADVALUE,
                        "the file is to be sent as text and is not UTF-8");
  return 0;
}

void hc_file_close(struct hc_file *file)
{
  (void)close(file->fd);
}
