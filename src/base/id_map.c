/* A map from positive numbers to pointers, for ids that count up. */
#include "base/id_map.h"
#include "base/memory.h"
#include <hyco/error.h>
#include <stdbool.h>
#include <stdint.h>

enum { FIRST_CAP = 16 };

static size_t home_of(const struct hc_id_map *map, int id)
{
  return (size_t)id & (map->cap - 1);
}

/* Where the id is, or the free place where it would go. */
static size_t find(const struct hc_id_map *map, int id)
{
  size_t i = home_of(map, id);
  while (map->entries[i].id != 0 && map->entries[i].id != id)
    i = (i + 1) & (map->cap - 1);
  return i;
}

static int grow(struct hc_id_map *map)
{
  struct hc_id_map bigger = { .cap = map->cap == 0 ? FIRST_CAP : map->cap * 2,
                              .len = map->len };

  bigger.entries = hc_alloc_zero(bigger.cap * sizeof *bigger.entries);
  if (bigger.entries == NULL)
    return HYCO_ENOMEM;
  for (size_t i = 0; i < map->cap; i++) {
    if (map->entries[i].id != 0)
      bigger.entries[find(&bigger, map->entries[i].id)] = map->entries[i];
  }
  hc_free(map->entries);
  *map = bigger;
  return 0;
}

void hc_id_map_deinit(struct hc_id_map *map)
{
  hc_free(map->entries);
  *map = (struct hc_id_map){ 0 };
}

int hc_id_map_put(struct hc_id_map *map, int id, void *value)
{
  if (2 * (map->len + 1) > map->cap && grow(map) < 0)
    return HYCO_ENOMEM;
  struct hc_id_entry *entry = &map->entries[find(map, id)];
  entry->id = id;
  entry->value = value;
  map->len++;
  return 0;
}

void *hc_id_map_get(const struct hc_id_map *map, int id)
{
  if (map->cap == 0 || id <= 0)
    return NULL;
  const struct hc_id_entry *entry = &map->entries[find(map, id)];
  return entry->id == id ? entry->value : NULL;
}

/* Linear probing without tombstones: what stands behind moves up. */
void hc_id_map_remove(struct hc_id_map *map, int id)
{
  if (hc_id_map_get(map, id) == NULL)
    return;
  size_t mask = map->cap - 1;
  size_t hole = find(map, id);
  for (size_t i = (hole + 1) & mask; map->entries[i].id != 0;
       i = (i + 1) & mask) {
    size_t from_home = (i - home_of(map, map->entries[i].id)) & mask;
    if (from_home >= ((i - hole) & mask)) {
      map->entries[hole] = map->entries[i];
      hole = i;
    }
  }
  map->entries[hole] = (struct hc_id_entry){ 0 };
  map->len--;
}
