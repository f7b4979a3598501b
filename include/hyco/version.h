/* Version of libhyco. */
#ifndef HYCO_VERSION_H
#define HYCO_VERSION_H

#include <hyco/export.h>

#ifdef __cplusplus
extern "C" {
#endif

/* While MAJOR is 0 the interface may change with MINOR; afterwards only with
 * MAJOR, and the shared library's name with it. */
#define HYCO_VERSION_MAJOR 0
#define HYCO_VERSION_MINOR 1
#define HYCO_VERSION_PATCH 0

/* The version of the library that runs, "0.1.0". Static memory. Any thread. */
HYCO_API const char *hyco_version(void);

#ifdef __cplusplus
}
#endif

#endif
