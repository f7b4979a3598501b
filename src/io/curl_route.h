/* What a job's easy handle is set to. */
#ifndef HC_IO_CURL_ROUTE_H
#define HC_IO_CURL_ROUTE_H

#include "io/curl.h"

/* job has its handles. 0, HYCO_EBADURL (host, or proxy), HYCO_EBADVALUE,
 * HYCO_EUNSUPPORTED; fault says why. */
int hc_curl_route_set(struct hc_curl_job *job,
                      const struct hc_curl_route *route,
                      struct hc_fault *fault);

#endif
