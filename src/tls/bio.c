/* OpenSSL's bottom. A memory BIO would keep its largest size for ever; this one
 * owns nothing. */
#include "tls/bio.h"

#include <pthread.h>

static BIO_METHOD *method;
static pthread_once_t method_once = PTHREAD_ONCE_INIT;

static int bio_read(BIO *bio, char *out, size_t room, size_t *n)
{
  struct hc_tls_bio *ends = BIO_get_data(bio);

  BIO_clear_retry_flags(bio);
  *n = room < ends->in.len ? room : ends->in.len;
  if (*n == 0) {
    BIO_set_retry_read(bio);
    return 0;
  }
  memcpy(out, ends->in.ptr, *n);
  hc_span_drop(&ends->in, *n);
  return 1;
}

/* Fails for good when the buffer is full: its owner encrypts only while there
 * is room for a record, so that a peer must have filled it. */
static int bio_write(BIO *bio, const char *bytes, size_t len, size_t *n)
{
  struct hc_tls_bio *ends = BIO_get_data(bio);

  BIO_clear_retry_flags(bio);
  *n = 0;
  if (hc_buffer_append(&ends->out, hc_span_of(bytes, len)) != 0)
    return 0;
  *n = len;
  return 1;
}

static long bio_ctrl(BIO *bio, int command, long number, void *ptr)
{
  (void)bio;
  (void)number;
  (void)ptr;
  return command == BIO_CTRL_FLUSH;
}

static void make_method(void)
{
  method = BIO_meth_new(BIO_get_new_index() | BIO_TYPE_SOURCE_SINK, "hyco");
  if (method == NULL)
    return;
  BIO_meth_set_read_ex(method, bio_read);
  BIO_meth_set_write_ex(method, bio_write);
  BIO_meth_set_ctrl(method, bio_ctrl);
}

BIO *hc_tls_bio_new(struct hc_tls_bio *ends)
{
  pthread_once(&method_once, make_method);
  if (method == NULL)
    return NULL;

  BIO *bio = BIO_new(method);
  if (bio == NULL)
    return NULL;
  BIO_set_data(bio, ends);
  BIO_set_init(bio, 1);
  return bio;
}
