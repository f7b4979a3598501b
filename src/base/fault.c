/* What went wrong, in a number and in words. */
#include "base/fault.h"

#include "base/text.h"

#include <errno.h>

int hc_fault_set(struct hc_fault *fault, int code, const char *format, ...)
{
  if (fault == NULL)
    return code;
  fault->code = code;
  va_list args;
  va_start(args, format);
  hc_text_format(fault->text, sizeof(fault->text), format, args);
  va_end(args);
  return code;
}

static int error_from_socket(int err)
{
  switch (err) {
  case EADDRINUSE:
    return HYCO_EADDRINUSE;
  case EADDRNOTAVAIL:
    return HYCO_EADDRNOTAVAIL;
  case ENETDOWN:
  case ENETUNREACH:
    return HYCO_ENETUNREACH;
  case ECONNRESET:
  case ECONNABORTED:
  case EPIPE:
    return HYCO_ECONNRESET;
  case ENOTCONN:
    return HYCO_ENOTCONNECTED;
  case ETIMEDOUT:
    return HYCO_ETIMEDOUT;
  case ECONNREFUSED:
    return HYCO_ECONNREFUSED;
  case EHOSTDOWN:
  case EHOSTUNREACH:
    return HYCO_EHOSTUNREACH;
  case EMSGSIZE:
    return HYCO_ETOOLONG;
  default:
    return HYCO_EINVALID;
  }
}

int hc_error_from_errno(int err)
{
  switch (err) {
  case 0:
    return HYCO_OK;
  case EACCES:
  case EPERM:
    return HYCO_EACCESS;
  case EAGAIN:
#if EWOULDBLOCK != EAGAIN
  case EWOULDBLOCK:
#endif
    return HYCO_EWOULDBLOCK;
  case EINTR:
    return HYCO_EINTERRUPTED;
  case ENOMEM:
  case ENOBUFS:
    return HYCO_ENOMEM;
  case EMFILE:
  case ENFILE:
    return HYCO_ETOOMANYFILES;
  case ENOENT:
  case ENOTDIR:
  case EISDIR:
  case EEXIST:
  case ELOOP:
  case ENAMETOOLONG:
  case EROFS:
    return HYCO_EFILE;
  case EIO:
  case ENOSPC:
  case EDQUOT:
  case EFBIG:
    return HYCO_EFILEIO;
  default:
    return error_from_socket(err);
  }
}
