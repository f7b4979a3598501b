/* The relay inside a process: a relay service for one machine, on a thread of
 * its own. What `hyco relay` runs. */
#ifndef HYCO_RELAY_H
#define HYCO_RELAY_H

#include <hyco/error.h>
#include <hyco/relay_settings.h>
#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct hyco_relay hyco_relay;

/* Zero-initialised: 127.0.0.1, a free port, TLS with a private CA, a random
 * key, every entity exists. Everything is copied. */
typedef struct {
  const char *config; /* a YAML file (docs/relay-config.md); NULL: none. Single
                         values given below go before the file's; rules and
                         entities may be in one of the two only */
  const char *listen; /* "HOST:PORT", numeric or "localhost"; port 0: a free
                         one. NULL: "127.0.0.1:0" */
  const char *dir;    /* state: CA, certificate, connection-string (0600). Made
                         with mode 0700. NULL: $XDG_STATE_HOME/hyco or
                         ~/.local/state/hyco */
  const char
      *tls_cert; /* PEM files instead of the private CA's; both or none */
  const char *tls_key;
  int no_tls;               /* plain ws: loopback or behind a TLS proxy */
  const char *public_url;   /* where listeners reach this relay, e.g.
                               "wss://relay.example:443" */
  const char *const *rules; /* "NAME:KEY:RIGHTS" or "NAME:@FILE:RIGHTS", RIGHTS
                               a comma list of Listen, Send, Manage; none:
                               RootManageSharedAccessKey with a random key that
                               dir keeps */
  size_t n_rules;
  const char *const *entities; /* "NAME" or "NAME:anonymous"; none: every name
                                  exists and wants a token */
  size_t n_entities;
  const char *const *settings; /* "Name=Value", hyco/relay_settings.h */
  size_t n_settings;
  int accept_any_jwt; /* a JWT passes as a token, unread and for ever: this
                         relay cannot verify one. On loopback only */
  /* One line per event under the service's names; on the relay's thread. */
  void (*on_log)(void *user_data, const char *line);
  void *user_data;
  char *error_text; /* the detail of a failure is written here, NUL-terminated;
                       may be NULL */
  size_t error_text_size;
} hyco_relay_options;

/* Starts a relay and returns when it serves. options may be NULL.
 * HYCO_EINVALID, HYCO_EBADVALUE (a bad option, or a line of the configuration
 * file), HYCO_EUNKNOWNNAME (a setting), HYCO_ETOOLONG (the file),
 * HYCO_EADDRINUSE and other socket errors, HYCO_EFILE, HYCO_EFILEIO (state, key
 * files, configuration file), HYCO_ECERTSTORE (given certificate), HYCO_ENOMEM.
 * Any thread. */
HYCO_API int hyco_relay_start(const hyco_relay_options *options,
                              hyco_relay **out);

/* Reads the configuration file, key files and the certificate again and serves
 * by what they say now: rules, entities and limits, and the certificate (of the
 * files, or of the private CA) for new connections. Nothing that is connected
 * is dropped, but listeners whose entity is gone (1001); a rule that is gone is
 * missed when a listener renews its token. listen, public_url, dir and the way
 * TLS is done (private CA, files, none) stay as they are until a restart.
 * Errors as of hyco_relay_start: then everything is as before, and error_text
 * (may be NULL) and the log say why. Any thread but the relay's own. */
HYCO_API int hyco_relay_reload(hyco_relay *relay, char *error_text,
                               size_t error_text_size);

/* "wss://127.0.0.1:40123" (or ws). Borrowed until hyco_relay_stop. Any thread,
 * as the three that follow. */
HYCO_API const char *hyco_relay_url(const hyco_relay *relay);

/* The CA file to trust; NULL without a private CA. Borrowed likewise. */
HYCO_API const char *hyco_relay_ca_file(const hyco_relay *relay);

/* The file that holds a connection string for this relay. Borrowed likewise. */
HYCO_API const char *hyco_relay_connection_string_file(const hyco_relay *relay);

/* The connection string itself: a secret. Borrowed likewise. */
HYCO_API const char *hyco_relay_connection_string(const hyco_relay *relay);

/* Closes everything with 1001 (at most 10 s), joins the thread and frees the
 * relay. NULL is fine. Any thread but the relay's own. */
HYCO_API void hyco_relay_stop(hyco_relay *relay);

#ifdef __cplusplus
}
#endif

#endif
