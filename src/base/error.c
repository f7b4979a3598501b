/* Names and texts of the error numbers, from the one table. */
#include <hyco/error.h>

/* Numbers of events are positive; INT_MIN keeps its sign this way round. */
static int negative(int error)
{
  return error > 0 ? -error : error;
}

const char *hyco_strerror(int error)
{
  switch (negative(error)) {
#define XX(name, number, retry, text, advice) \
  case HYCO_##name:                           \
    return text;
    HYCO_ERROR_MAP(XX)
#undef XX
  case HYCO_OK:
    return "no error";
  default:
    return "unknown error";
  }
}

const char *hyco_error_name(int error)
{
  switch (negative(error)) {
#define XX(name, number, retry, text, advice) \
  case HYCO_##name:                           \
    return "HYCO_" #name;
    HYCO_ERROR_MAP(XX)
#undef XX
  case HYCO_OK:
    return "HYCO_OK";
  default:
    return "unknown";
  }
}

const char *hyco_error_advice(int error)
{
  switch (negative(error)) {
#define XX(name, number, retry, text, advice) \
  case HYCO_##name:                           \
    return advice;
    HYCO_ERROR_MAP(XX)
#undef XX
  default:
    return "";
  }
}

bool hyco_error_may_retry(int error)
{
  switch (negative(error)) {
#define XX(name, number, retry, text, advice) \
  case HYCO_##name:                           \
    return retry;
    HYCO_ERROR_MAP(XX)
#undef XX
  default:
    return false;
  }
}
