/* Roles on a simulated net that send real files. */
#include "sim_file.h"

#include "support/alloc_trap.h"
#include "support/check.h"
#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

struct sim_disk sim_disk = { .fail_in = -1 };

ssize_t __real_read(int fd, void *buf, size_t n);
ssize_t __wrap_read(int fd, void *buf, size_t n);

ssize_t __wrap_read(int fd, void *buf, size_t n)
{
  if (sim_disk.fail_in == 0 && sim_disk.failures > 0) {
    sim_disk.failures--;
    errno = sim_disk.error;
    return -1;
  }
  if (sim_disk.fail_in > 0)
    sim_disk.fail_in--;
  return __real_read(fd, buf,
                     sim_disk.max > 0 && n > sim_disk.max ? sim_disk.max : n);
}

void sim_file_write(struct sim_file *f, const void *bytes, size_t len)
{
  FILE *file = fopen(f->path, "we");
  assert_non_null(file);
  assert_int_equal(fwrite(bytes, 1, len, file), len);
  assert_int_equal(fclose(file), 0);
}

uint8_t *sim_file_write_pattern(struct sim_file *f, size_t len)
{
  uint8_t *bytes = malloc(len);
  assert_non_null(bytes);
  sim_pattern(bytes, len, (uint32_t)f->w.seed);
  sim_file_write(f, bytes, len);
  return bytes;
}

void sim_file_make(struct sim_file *f, size_t len)
{
  free(sim_file_write_pattern(f, len));
}

void sim_file_prepare(struct sim_file *f, uint64_t seed, const char *setting)
{
  sim_disk.max = 0;
  sim_disk.fail_in = -1;
  (void)snprintf(f->dir, sizeof f->dir, "/tmp/hyco-file-XXXXXX");
  assert_non_null(mkdtemp(f->dir));
  (void)snprintf(f->path, sizeof f->path, "%s/file", f->dir);
  sim_world_start(&f->w, seed);
  f->r = sim_world_receiver(&f->w);
  f->s = sim_world_sender(&f->w);
  if (setting[0] == '\0')
    return;
  sim_receiver_set(f->r, setting);
  sim_sender_set(f->s, setting);
}

void sim_file_start(struct sim_file *f, uint64_t seed, const char *setting)
{
  sim_file_prepare(f, seed, setting);
  sim_world_join(&f->w);
}

void sim_file_finish(struct sim_file *f)
{
  sim_world_finish(&f->w);
  (void)unlink(f->path);
  assert_int_equal(rmdir(f->dir), 0);
  assert_int_equal(alloc_trap_live(), 0);
}

int sim_file_set_up(void **state)
{
  struct sim_file *f = malloc(sizeof *f);

  assert_non_null(f);
  sim_file_start(f, 1, "");
  *state = f;
  return 0;
}

int sim_file_tear_down(void **state)
{
  sim_file_finish(*state);
  free(*state);
  return 0;
}

void sim_file_use_slow_wire(struct sim_file *f, uint64_t ms)
{
  const struct sim_wire slow = {
    .latency_min_ms = ms, .latency_max_ms = ms, .window = 1000, .read_max = 1000
  };
  sim_set_wire(f->w.sim, &slow);
}

int sim_file_send(struct sim_file *f)
{
  return hc_sender_send_file(f->s->core, f->path);
}

int64_t sim_file_number(struct sim_file *f, hyco_property p)
{
  int64_t number = -1;
  assert_int_equal(hc_surface_get_number(&f->s->core->surface, 0, p, &number),
                   0);
  return number;
}

const char *sim_file_last_error(struct sim_file *f)
{
  return f->s->core->surface.fault.text;
}

void sim_file_refuse_data(struct sim_file *f, bool refuse)
{
  assert_int_equal(hc_surface_set_number(&f->r->core->surface, 1,
                                         HYCO_CONNECTION_ACCEPT_DATA, !refuse),
                   0);
}
