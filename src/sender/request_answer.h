/* The answer to a sender's HTTP request, for request.c. */
#ifndef HC_SENDER_REQUEST_ANSWER_H
#define HC_SENDER_REQUEST_ANSWER_H

#include "sender/request.h"

extern const struct hc_http_handler hc_request_http_handler;

/* Tells that the body may go on. user_data: the request. */
void hc_request_on_room(void *user_data);

/* Ends it and tells so. */
void hc_request_finish(hyco_request *r, const struct hc_fault *fault);

/* What a frame on the stack does that calls the application. */
void hc_request_hold(hyco_request *r);
void hc_request_release(hyco_request *r);

/* In request.c. A body from memory goes on: 0, HYCO_ENOMEM. */
int hc_request_push(hyco_request *r);

/* Nothing is under way any more. */
void hc_request_stop(hyco_request *r);

#endif
