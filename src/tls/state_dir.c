/* A directory of our own for keys. */
#include "tls/state_dir.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

static int file_fault(struct hc_fault *fault, int code, const char *path)
{
  return hc_fault_set(fault, code, "%s: %s", path, strerror(errno));
}

int hc_state_dir_make(const struct hc_state_dir *dir, struct hc_fault *fault)
{
  char path[PATH_MAX];
  size_t len = strlen(dir->path);

  if (len == 0 || len >= sizeof(path))
    return hc_fault_set(fault, HYCO_EFILE, "state directory: bad path");
  memcpy(path, dir->path, len + 1);
  for (size_t i = 1; i <= len; i++) {
    if (path[i] != '/' && path[i] != '\0')
      continue;
    path[i] = '\0';
    if (mkdir(path, 0700) != 0 && errno != EEXIST)
      return file_fault(fault, HYCO_EFILE, path);
    path[i] = i < len ? '/' : '\0';
  }

  struct stat info;
  if (stat(path, &info) != 0)
    return file_fault(fault, HYCO_EFILE, path);
  if (!S_ISDIR(info.st_mode))
    return hc_fault_set(fault, HYCO_EFILE, "%s: not a directory", path);
  return 0;
}

static bool join(const struct hc_state_dir *dir, const char *name,
                 const char *suffix, char path[static PATH_MAX])
{
  int n = snprintf(path, PATH_MAX, "%s/%s%s", dir->path, name, suffix);
  return n > 0 && n < PATH_MAX;
}

int hc_state_dir_open(const struct hc_state_dir *dir, const char *name,
                      FILE **out, struct hc_fault *fault)
{
  char path[PATH_MAX];
  if (!join(dir, name, "", path))
    return hc_fault_set(fault, HYCO_EFILE, "%s: path too long", name);
  *out = fopen(path, "re");
  if (*out == NULL && errno != ENOENT)
    return file_fault(fault, HYCO_EFILE, path);
  return 0;
}

static bool write_all(int fd, struct hc_span bytes)
{
  while (bytes.len > 0) {
    ssize_t n = write(fd, bytes.ptr, bytes.len);
    if (n < 0 && errno == EINTR)
      continue;
    if (n <= 0)
      return false;
    hc_span_drop(&bytes, (size_t)n);
  }
  return true;
}

int hc_state_dir_write(const struct hc_state_dir *dir, const char *name,
                       struct hc_span bytes, mode_t mode,
                       struct hc_fault *fault)
{
  char path[PATH_MAX];
  char temporary[PATH_MAX];

  if (!join(dir, name, "", path) || !join(dir, name, ".XXXXXX", temporary))
    return hc_fault_set(fault, HYCO_EFILE, "%s: path too long", name);
  int fd = mkostemp(temporary, O_CLOEXEC); /* mode 0600 */
  if (fd < 0)
    return file_fault(fault, HYCO_EFILE, temporary);

  int rc = 0;
  if (fchmod(fd, mode) != 0 || !write_all(fd, bytes) || fsync(fd) != 0)
    rc = file_fault(fault, HYCO_EFILEIO, temporary);
  close(fd);
  if (rc == 0 && rename(temporary, path) != 0)
    rc = file_fault(fault, HYCO_EFILEIO, path);
  if (rc != 0)
    unlink(temporary);
  return rc;
}
