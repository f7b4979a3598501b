/* Calls that other threads ask the loop to make. */
#ifndef HC_IO_POST_H
#define HC_IO_POST_H

#include <pthread.h>
#include <stdbool.h>
#include <uv.h>

struct hc_post;

struct hc_posts {
  pthread_mutex_t lock; /* guards first and last */
  struct hc_post *first;
  struct hc_post *last;
  uv_async_t wake;
};

/* 0 or libuv's error. */
int hc_posts_init(struct hc_posts *posts, uv_loop_t *uv);

/* Drops what has not run. */
void hc_posts_drop(struct hc_posts *posts);

/* The same for good; wake must have been closed. */
void hc_posts_deinit(struct hc_posts *posts);

/* Any thread. 0 or HYCO_ENOMEM. */
int hc_posts_add(struct hc_posts *posts, void (*fn)(void *user_data),
                 void *user_data);

bool hc_posts_waiting(struct hc_posts *posts);

/* Runs those that are there now; true if there were any. */
bool hc_posts_run(struct hc_posts *posts);

#endif
