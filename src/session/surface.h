/* Access to the property table of a role: who may read and write which row
 * when, as text and typed; the rows that are computed are the role's. */
#ifndef HC_SESSION_SURFACE_H
#define HC_SESSION_SURFACE_H

#include "base/buffer.h"
#include "session/property.h"

/* A value on its way in or out. text is set for STRING rows, bytes for BYTES
 * rows, number for the others. */
struct hc_value {
  const char *text;
  struct hc_span bytes;
  int64_t number;
};

enum { HC_SURFACE_STORED = 1 };

/* How a role answers for its own rows. Both return 0 (done), HC_SURFACE_STORED
 * (nothing special: the stored value is meant) or a negative HYCO_E*.
 * connection_id is 0 for rows that are not a connection's. */
struct hc_surface_ops {
  int (*set)(void *owner, int connection_id, hyco_property p,
             const struct hc_value *value, struct hc_fault *fault);
  int (*get)(void *owner, int connection_id, hyco_property p,
             struct hc_value *value, struct hc_fault *fault);
  bool (*is_idle)(const void *owner);
};

struct hc_surface {
  const struct hc_surface_ops *ops;
  void *owner;
  hyco_property_scope role; /* RECEIVER or SENDER */
  struct hc_properties props;
  struct hc_buffer text;        /* what hc_surface_config returned last */
  struct hc_buffer token;       /* what AccessToken gave last */
  struct hc_buffer server_cert; /* ssl_server_cert_encoded: PEM */
  struct hc_fault fault;        /* of the last call that failed */
};

void hc_surface_init(struct hc_surface *s, const struct hc_surface_ops *ops,
                     void *owner, hyco_property_scope role);
void hc_surface_deinit(struct hc_surface *s);

/* The functions of hyco/receiver.h, for either role. A sender's connection
 * rows take connection_id 0. Each failure is kept in s->fault. */
int hc_surface_set_text(struct hc_surface *s, int connection_id,
                        hyco_property p, const char *value);
int hc_surface_set_number(struct hc_surface *s, int connection_id,
                          hyco_property p, int64_t value);
int hc_surface_set_bytes(struct hc_surface *s, int connection_id,
                         hyco_property p, struct hc_span value);
int hc_surface_get_text(struct hc_surface *s, int connection_id,
                        hyco_property p, const char **value);
int hc_surface_get_number(struct hc_surface *s, int connection_id,
                          hyco_property p, int64_t *value);
int hc_surface_get_flag(struct hc_surface *s, int connection_id,
                        hyco_property p, bool *value);
int hc_surface_config(struct hc_surface *s, const char *text,
                      const char **value);

/* hyco_receiver_set_connection_string. */
int hc_surface_set_connection_string(struct hc_surface *s, const char *text);

#endif
