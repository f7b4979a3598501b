/* Sends of whole files on a connection. */
#include "session/file_sending.h"
#include "base/memory.h"
#include "session/file.h"
#include <stdatomic.h>

struct hc_file_sending {
  struct hc_file_sending *next;
  struct hc_list node; /* in the role's, while the loop sends it */
  atomic_bool is_called_off;
  struct hc_sending *sending; /* NULL: the connection is gone */
  struct hc_connection *connection;
  struct hc_outgoing out;
  struct hc_timer progress;
  uint64_t told;
  bool blocks; /* the blocking call frees it */
  struct hc_fault fault;
  struct hc_file file;
};

static uint64_t bytes_sent(const struct hc_file_sending *f)
{
  return f->file.size - f->file.left;
}

static void free_file(struct hc_file_sending *f)
{
  hc_file_close(&f->file);
  hc_free(f);
}

void hc_files_init(struct hc_files *files)
{
  pthread_mutex_init(&files->lock, NULL);
  hc_list_init(&files->under_way);
}

void hc_files_deinit(struct hc_files *files)
{
  pthread_mutex_destroy(&files->lock);
}

/* Only f's own thread changes the list and what hangs on f; the lock keeps both
 * while another one looks. */
void hc_files_call_off(struct hc_files *files, int id)
{
  pthread_mutex_lock(&files->lock);
  for (struct hc_list *n = files->under_way.next; n != &files->under_way;
       n = n->next) {
    struct hc_file_sending *f = HC_LIST_ENTRY(n, struct hc_file_sending, node);
    if (f->sending->id == id)
      atomic_store(&f->is_called_off, true);
  }
  pthread_mutex_unlock(&files->lock);
}

static void list_file(struct hc_file_sending *f)
{
  struct hc_files *files = f->sending->all;

  pthread_mutex_lock(&files->lock);
  hc_list_append(&files->under_way, &f->node);
  pthread_mutex_unlock(&files->lock);
}

static void unlist_file(struct hc_file_sending *f)
{
  struct hc_files *files = f->sending->all;

  if (!hc_list_is_linked(&f->node))
    return;
  pthread_mutex_lock(&files->lock);
  hc_list_remove(&f->node);
  pthread_mutex_unlock(&files->lock);
}

/* Takes it away from its connection, which is still there. */
static void detach(struct hc_file_sending *f)
{
  struct hc_file_sending **at = &f->sending->files;

  unlist_file(f);
  while (*at != f)
    at = &(*at)->next;
  *at = f->next;
  hc_net_timer_cancel(f->sending->net, &f->progress);
  f->sending = NULL;
}

static void on_progress_timer(void *user_data)
{
  struct hc_file_sending *f = user_data;
  struct hc_sending *s = f->sending;
  uint64_t sent = bytes_sent(f);
  uint64_t size = f->file.size;
  bool is_news = f->out.done || sent != f->told;

  if (!f->out.done && atomic_load(&f->is_called_off)) {
    hc_connection_give_up(f->connection, HYCO_EINTERRUPTED); /* f is gone */
    return;
  }
  f->told = sent;
  if (!f->out.done) {
    hc_net_timer_set(s->net, &f->progress, HC_PROGRESS_MS);
  } else if (!f->blocks) {
    detach(f);
    free_file(f);
  }
  if (is_news && s->on_progress != NULL)
    s->on_progress(s->user_data, (int64_t)sent, (int64_t)size);
}

/* See struct hc_outgoing. */
static int read_more(struct hc_outgoing *out, size_t max)
{
  struct hc_file_sending *f = HC_LIST_ENTRY(out, struct hc_file_sending, out);

  if (atomic_load(&f->is_called_off))
    return HYCO_EINTERRUPTED;
  int rc = hc_file_read(&f->file, max, &out->rest, &f->fault);
  if (rc < 0)
    return rc;
  out->left = f->file.left;
  f->sending->bytes_sent = (int64_t)bytes_sent(f);
  if (out->left == 0)
    hc_net_timer_set(f->sending->net, &f->progress, 0);
  return 0;
}

static struct hc_file_sending *new_file(struct hc_sending *s, const char *name,
                                        struct hc_fault *fault)
{
  bool is_text = s->data_format == HYCO_FORMAT_TEXT;
  struct hc_file_sending *f = hc_alloc_zero(sizeof *f);

  if (f == NULL) {
    hc_fault_set(fault, HYCO_ENOMEM, "out of memory");
    return NULL;
  }
  if (hc_file_open(&f->file, name, is_text, fault) < 0) {
    hc_free(f);
    return NULL;
  }
  f->out = (struct hc_outgoing){ .opcode = is_text ? HC_WS_TEXT : HC_WS_BINARY,
                                 .more = read_more,
                                 .left = f->file.left };
  f->progress = (struct hc_timer){ .fn = on_progress_timer,
                                   .user_data = f,
                                   .calls_handlers = true };
  f->sending = s;
  f->next = s->files;
  s->files = f;
  hc_net_timer_set(s->net, &f->progress, f->file.size > 0 ? HC_PROGRESS_MS : 0);
  return f;
}

static int explain(const struct hc_file_sending *f, int error,
                   struct hc_fault *fault)
{
  if (f->fault.code != 0)
    return hc_fault_set(fault, error, "%s", f->fault.text);
  return hc_fault_set(fault, error, "%s (%llu of the file's %llu bytes sent)",
                      hyco_strerror(error), (unsigned long long)bytes_sent(f),
                      (unsigned long long)f->file.size);
}

/* Runs the loop: s may be gone after it, and if interrupted so may be fault. */
static int send_blocking(struct hc_sending *s, struct hc_file_sending *f,
                         struct hc_fault *fault)
{
  f->blocks = true;
  int rc = s->block(s->owner, s->id, &f->out);
  f->blocks = false;
  if (rc == 0 && f->sending != NULL && f->progress.is_set)
    return 0; /* inside a handler: the end is told when that has returned */
  if (rc < 0 && rc != HYCO_EINTERRUPTED)
    explain(f, rc, fault);
  if (f->sending != NULL)
    detach(f);
  free_file(f);
  return rc;
}

static int send_later(struct hc_connection *c, struct hc_file_sending *f,
                      struct hc_fault *fault)
{
  int rc = hc_connection_send_later(c, &f->out);

  f->connection = c;
  if (rc == 0 && !f->out.done)
    list_file(f);
  if (rc == 0)
    return 0;
  f->sending->bytes_sent = 0;
  explain(f, rc, fault);
  detach(f);
  free_file(f);
  return rc;
}

int hc_sending_send_file(struct hc_sending *s, struct hc_connection *c,
                         const char *name, struct hc_fault *fault)
{
  int rc = hc_sending_check(s, fault);

  if (rc < 0)
    return rc;
  if (name == NULL)
    return hc_fault_set(fault, HYCO_EINVALID, "file_name is NULL");
  if (s->message_length > 0)
    return hc_fault_set(fault, HYCO_EBUSY,
                        "MessageLength: a message is under way, %lld of its "
                        "%lld bytes are to come",
                        (long long)s->message_left,
                        (long long)s->message_length);
  struct hc_fault why;
  struct hc_file_sending *f = new_file(s, name, &why);
  if (f == NULL)
    return hc_fault_set(fault, why.code, "%s", why.text);
  return s->timeout_s > 0 && s->block != NULL ? send_blocking(s, f, fault)
                                              : send_later(c, f, fault);
}

void hc_sending_lose_file(struct hc_sending *s, int error,
                          struct hc_fault *fault)
{
  struct hc_file_sending *f = s->files;

  while (f->blocks || f->out.done)
    f = f->next;
  explain(f, error, fault);
  detach(f);
  free_file(f);
}

void hc_sending_drop_files(struct hc_sending *s)
{
  while (s->files != NULL) {
    struct hc_file_sending *f = s->files;
    detach(f);
    if (!f->blocks)
      free_file(f);
  }
}
