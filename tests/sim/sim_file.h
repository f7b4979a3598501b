/* Roles on a simulated net that send real files, from a disk that fails when
 * told to. */
#ifndef TESTS_SIM_SIM_FILE_H
#define TESTS_SIM_SIM_FILE_H

#include "sim_world.h"

enum {
  SIM_FILE_WAIT_MS = 10000000,
  SIM_FILE_MEBIBYTE = 1 << 20,
  SIM_FILE_FRAME = 16384,
  SIM_FILE_MARK = 65536 /* OutBufferSize */
};

/* What read does; sim_file_prepare makes it good. */
struct sim_disk {
  size_t max;   /* no more at once; 0: as asked */
  int fail_in;  /* so many calls on it is an error; -1: never */
  int error;    /* which */
  int failures; /* how often, then it works again */
};
extern struct sim_disk sim_disk;

struct sim_file {
  struct sim_world w;
  struct sim_receiver *r;
  struct sim_sender *s;
  char dir[32];
  char path[48];
};

/* A world with roles that have a setting each ("": none); connected, or not. */
void sim_file_start(struct sim_file *f, uint64_t seed, const char *setting);
void sim_file_prepare(struct sim_file *f, uint64_t seed, const char *setting);

/* Nothing may be left, neither memory. */
void sim_file_finish(struct sim_file *f);

/* A test's set-up and tear-down: *state has seed 1, no settings, and is
 * connected. */
int sim_file_set_up(void **state);
int sim_file_tear_down(void **state);
#define FILE_TEST(test) \
  cmocka_unit_test_setup_teardown(test, sim_file_set_up, sim_file_tear_down)

/* What is in the file: these bytes; a pattern, to be freed; any bytes. */
void sim_file_write(struct sim_file *f, const void *bytes, size_t len);
uint8_t *sim_file_write_pattern(struct sim_file *f, size_t len);
void sim_file_make(struct sim_file *f, size_t len);

/* A thousand bytes in so many milliseconds. */
void sim_file_use_slow_wire(struct sim_file *f, uint64_t ms);

/* The receiver reads nothing, or again. */
void sim_file_refuse_data(struct sim_file *f, bool refuse);

/* hyco_sender_send_file of the file. */
int sim_file_send(struct sim_file *f);

/* A row of the sender, and the text of its last error. */
int64_t sim_file_number(struct sim_file *f, hyco_property p);
const char *sim_file_last_error(struct sim_file *f);

#endif
