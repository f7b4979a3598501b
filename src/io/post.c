/* Calls that other threads ask the loop to make. */
#include "io/post.h"

#include "base/memory.h"

#include <hyco/error.h>

struct hc_post {
  struct hc_post *next;
  void (*fn)(void *user_data);
  void *user_data;
};

/* That uv_run returns is all that is wanted. */
static void on_wake(uv_async_t *wake)
{
  (void)wake;
}

int hc_posts_init(struct hc_posts *posts, uv_loop_t *uv)
{
  posts->first = NULL;
  posts->last = NULL;
  int rc = uv_async_init(uv, &posts->wake, on_wake);
  if (rc == 0)
    pthread_mutex_init(&posts->lock, NULL);
  return rc;
}

static struct hc_post *take_all(struct hc_posts *posts)
{
  pthread_mutex_lock(&posts->lock);
  struct hc_post *first = posts->first;
  posts->first = NULL;
  posts->last = NULL;
  pthread_mutex_unlock(&posts->lock);
  return first;
}

void hc_posts_drop(struct hc_posts *posts)
{
  struct hc_post *post = take_all(posts);
  while (post != NULL) {
    struct hc_post *next = post->next;
    hc_free(post);
    post = next;
  }
}

void hc_posts_deinit(struct hc_posts *posts)
{
  hc_posts_drop(posts);
  pthread_mutex_destroy(&posts->lock);
}

int hc_posts_add(struct hc_posts *posts, void (*fn)(void *user_data),
                 void *user_data)
{
  struct hc_post *post = hc_alloc(sizeof(*post));
  if (post == NULL)
    return HYCO_ENOMEM;
  *post = (struct hc_post){ NULL, fn, user_data };
  pthread_mutex_lock(&posts->lock);
  if (posts->last != NULL)
    posts->last->next = post;
  else
    posts->first = post;
  posts->last = post;
  pthread_mutex_unlock(&posts->lock);
  uv_async_send(&posts->wake);
  return 0;
}

bool hc_posts_waiting(struct hc_posts *posts)
{
  pthread_mutex_lock(&posts->lock);
  bool waiting = posts->first != NULL;
  pthread_mutex_unlock(&posts->lock);
  return waiting;
}

bool hc_posts_run(struct hc_posts *posts)
{
  struct hc_post *post = take_all(posts);
  bool any = post != NULL;

  while (post != NULL) {
    struct hc_post done = *post;
    hc_free(post);
    done.fn(done.user_data);
    post = done.next;
  }
  return any;
}
