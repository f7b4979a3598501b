/* A directory with the files of a private authority, for the tests of TLS. */
#ifndef TESTS_UNIT_TLS_FILES_H
#define TESTS_UNIT_TLS_FILES_H

#include "base/span.h"

enum { TLS_FILES_PATH_MAX = 128 };

/* Made with hc_authority_prepare at the first call. Static memory. */
const char *tls_files_dir(void);

/* Writes the path of a file in it to out. */
void tls_files_path(const char *name, char out[static TLS_FILES_PATH_MAX]);

/* A server with its certificate, and a client that trusts nobody else; what the
 * first call that fails returns. */
struct hc_net;
struct hc_tls;
int tls_files_ends(struct hc_net *net, struct hc_tls **server,
                   struct hc_tls **client);

/* An empty directory of its own; and what is in a directory goes with it. */
void tls_files_make_dir(char out[static TLS_FILES_PATH_MAX]);
void tls_files_remove_dir(const char *dir);

/* Removes the directory of tls_files_dir. */
int tls_files_remove(void **state);

/* The file's bytes; the caller frees ptr with hc_free. */
struct hc_span tls_files_read(const char *path);
void tls_files_write(const char *path, const char *text);

#endif
