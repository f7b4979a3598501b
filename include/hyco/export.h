/* Which symbols of libhyco are public. */
#ifndef HYCO_EXPORT_H
#define HYCO_EXPORT_H

#if defined(__GNUC__)
#  define HYCO_API __attribute__((visibility("default")))
#else
#  define HYCO_API
#endif

#endif
