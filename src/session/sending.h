/* How an application's sends become messages on a connection: format,
 * MessageLength, synchronous or not. */
#ifndef HC_SESSION_SENDING_H
#define HC_SESSION_SENDING_H

#include "base/utf8.h"
#include "session/connection.h"
#include "session/surface.h"
#include <hyco/receiver.h>

struct hc_file_sending;
struct hc_files;

struct hc_sending {
  /* A synchronous send runs the loop, which only the API can. NULL: every send
   * is asynchronous. */
  int (*block)(void *owner, int id, struct hc_outgoing *out);
  void *owner;
  int id;
  bool is_forwarded;      /* nothing may be sent */
  int64_t timeout_s;      /* azure_relay_connection_timeout */
  int64_t data_format;    /* azure_relay_connection_data_format */
  int64_t bytes_sent;     /* azure_relay_connection_bytes_sent */
  int64_t message_length; /* MessageLength of the message under way; 0: none */
  int64_t message_left;
  enum hc_ws_opcode message_opcode; /* once its first piece was taken */
  struct hc_utf8 utf8;              /* of its text so far */

  struct hc_net *net;
  struct hc_file_sending *files; /* under way, or their end not yet told of */
  struct hc_files *all;          /* the role's, with those of others */
  void (*on_progress)(void *user_data, int64_t sent, int64_t size);
  void *user_data;
};

/* 0, or HYCO_EINVALID: the connection is forwarded. bytes_sent is 0 then. */
int hc_sending_check(struct hc_sending *s, struct hc_fault *fault);

/* Sends text, binary, ping or pong. What hc_connection_send returns (block
 * what it likes); HYCO_EBADVALUE for text that is not UTF-8, and for a call
 * that passes MessageLength or changes the type. */
int hc_sending_send(struct hc_sending *s, struct hc_connection *c,
                    enum hc_ws_opcode opcode, struct hc_span payload,
                    struct hc_fault *fault);

/* The rows of the table that a hc_sending holds: CONNECTION_TIMEOUT,
 * CONNECTION_DATA_FORMAT, CONNECTION_BYTES_SENT, MESSAGE_LENGTH and
 * CONNECTION_DATA_TO_SEND. HC_SURFACE_STORED for any other. */
int hc_sending_set_row(struct hc_sending *s, struct hc_connection *c,
                       hyco_property p, const struct hc_value *value,
                       struct hc_fault *fault);
int hc_sending_get_row(const struct hc_sending *s, hyco_property p,
                       struct hc_value *value);

#endif
