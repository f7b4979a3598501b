/* Sends of whole files on a connection: begun, driven by the queue, told of,
 * given up. */
#ifndef HC_SESSION_FILE_SENDING_H
#define HC_SESSION_FILE_SENDING_H

#include "base/list.h"
#include "session/sending.h"
#include <pthread.h>

/* on_progress comes at most this often, and once more at the end. */
enum { HC_PROGRESS_MS = 100 };

/* The files of a role that its loop sends, for any thread to call off. */
struct hc_files {
  pthread_mutex_t lock; /* guards the list */
  struct hc_list under_way;
};

void hc_files_init(struct hc_files *files);

/* Once none is under way. */
void hc_files_deinit(struct hc_files *files);

/* Any thread. The file on this connection comes to no end: within
 * HC_PROGRESS_MS it fails with HYCO_EINTERRUPTED, from the loop. Nothing
 * happens if none is under way, or all of it is in the queue. */
void hc_files_call_off(struct hc_files *files, int id);

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
