/* Sends of whole files on a connection: begun, driven by the queue, told of,
 * given up. */
#ifndef HC_SESSION_FILE_SENDING_H
#define HC_SESSION_FILE_SENDING_H

#include "session/sending.h"

/* on_progress comes at most this often, and once more at the end. */
enum { HC_PROGRESS_MS = 100 };

/* hyco_receiver_send_file. As hc_sending_send; also HYCO_EFILE, HYCO_EFILEIO,
 * HYCO_EBADVALUE (text that is not UTF-8), HYCO_EBUSY (amid a message of
 * MessageLength), HYCO_EINVALID (name is NULL). */
int hc_sending_send_file(struct hc_sending *s, struct hc_connection *c,
                         const char *name, struct hc_fault *fault);

/* The connection gave up the file that was under way: forgets it and says
 * why. */
void hc_sending_lose_file(struct hc_sending *s, int error,
                          struct hc_fault *fault);

/* The connection is gone: no progress is told any more. */
void hc_sending_drop_files(struct hc_sending *s);

#endif
