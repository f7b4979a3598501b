/* HTTP requests in the simulation: a service in raw bytes sends them to a real
 * receiver, whose application the test plays. */
#ifndef TESTS_SIM_SIM_HTTP_H
#define TESTS_SIM_SIM_HTTP_H

#include "sim_service.h"

enum {
  HTTP_TEXT = 0x81,
  HTTP_TEXT_BEGINS = 0x01,
  HTTP_BINARY = 0x82,
  HTTP_BINARY_BEGINS = 0x02,
  HTTP_MORE = 0x00,
  HTTP_LAST = 0x80
};

/* A request message with this id; its address is the service's. */
void http_send_request(struct sim_service *s, struct raw_peer *peer,
                       const char *id, const char *method, bool has_body);

/* A pointer: only address and id. */
void http_send_pointer(struct sim_service *s, struct raw_peer *control,
                       const char *id);

/* The receiver comes to the rendezvous of this id; it is answered. */
struct raw_peer *http_rendezvous(struct sim_service *s, const char *id);

/* A frame of the receiver, masked, with this payload. */
void http_expect(struct raw_peer *peer, uint8_t first, const char *text);

/* The same by its length only. */
void http_expect_bytes(struct raw_peer *peer, uint8_t first, size_t len);

/* A response message: {"response":{"requestId":ID,"statusCode":STATUS, and
 * these further members. */
void http_expect_response(struct raw_peer *peer, const char *id, int status,
                          const char *rest);

/* The application's calls on r0; each returns what the call did. */
int http_answer(struct sim_service *s, int id, int status, const char *body);
int http_write(struct sim_service *s, int id, const char *text);
int http_flush(struct sim_service *s, int id);
int http_end(struct sim_service *s, int id);
int http_add_header(struct sim_service *s, int id, const char *name,
                    const char *value);

/* The words of the last call that failed. */
const char *http_words(const struct sim_service *s);

#endif
