/* A map from positive numbers to pointers, for ids that count up. */
#ifndef HC_BASE_ID_MAP_H
#define HC_BASE_ID_MAP_H

#include <stddef.h>

/* Zero-initialised. Open addressing; ids that count up do not collide. */
struct hc_id_map {
  struct hc_id_entry {
    int id; /* 0: free */
    void *value;
  } * entries;
  size_t cap; /* a power of two, at least twice len; 0 at first */
  size_t len;
};

void hc_id_map_deinit(struct hc_id_map *map);

/* The id must not be in the map. 0 or HYCO_ENOMEM. */
int hc_id_map_put(struct hc_id_map *map, int id, void *value);

/* NULL if it is not there. */
void *hc_id_map_get(const struct hc_id_map *map, int id);

/* Nothing happens if it is not there. */
void hc_id_map_remove(struct hc_id_map *map, int id);

#endif
