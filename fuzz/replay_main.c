/* Runs a fuzz target over the files of the directories given, without
 * libFuzzer: so that every build replays the corpora. */
#include <dirent.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* The bytes stand in memory of exactly their size, for the sanitizer. */
static int replay_file(const char *path, size_t size)
{
  FILE *file = fopen(path, "rb");
  uint8_t *data = malloc(size > 0 ? size : 1);
  int rc = -1;
  if (file != NULL && data != NULL && fread(data, 1, size, file) == size) {
    LLVMFuzzerTestOneInput(data, size);
    rc = 0;
  } else {
    fprintf(stderr, "%s cannot be read\n", path);
  }
  if (file != NULL)
    fclose(file);
  free(data);
  return rc;
}

/* How many files were replayed; -1: one could not be read. */
static int replay_directory(const char *path)
{
  DIR *directory = opendir(path);
  if (directory == NULL) {
    fprintf(stderr, "%s cannot be opened\n", path);
    return -1;
  }
  int n = 0;
  const struct dirent *entry;
  while (n >= 0 && (entry = readdir(directory)) != NULL) {
    char name[4096];
    struct stat status;
    snprintf(name, sizeof(name), "%s/%s", path, entry->d_name);
    if (stat(name, &status) != 0 || !S_ISREG(status.st_mode))
      continue;
    n = replay_file(name, (size_t)status.st_size) == 0 ? n + 1 : -1;
  }
  closedir(directory);
  return n;
}

int main(int argc, char **argv)
{
  int total = 0;
  for (int i = 1; i < argc; i++) {
    int n = replay_directory(argv[i]);
    if (n < 0)
      return EXIT_FAILURE;
    total += n;
  }
  printf("%d inputs\n", total);
  return total > 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
