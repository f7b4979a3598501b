/* libhyco: Azure Relay Hybrid Connections. This header brings in all others.
 *
 * Rules that hold everywhere:
 * - Functions return 0 (or a count) or a negative HYCO_E* (hyco/error.h).
 * - Handles are never NULL, but for the _free functions. Texts are UTF-8, and
 *   end with NUL unless a length is given.
 * - What a handler is given is borrowed until the handler returns.
 * - A call that fails never calls a handler for it.
 * - Objects belong to one loop (hyco/loop.h) and are used on the thread that
 *   runs it; only functions that say "any thread" may be called elsewhere. A
 *   process may have many loops, each on a thread of its own.
 * - SIGPIPE is never raised, and no signal handler is set.
 * - Handlers of one loop never nest (but see on_log). */
#ifndef HYCO_HYCO_H
#define HYCO_HYCO_H

#include <hyco/error.h>
#include <hyco/http.h>
#include <hyco/loop.h>
#include <hyco/property.h>
#include <hyco/receiver.h>
#include <hyco/relay.h>
#include <hyco/relay_settings.h>
#include <hyco/request.h>
#include <hyco/sender.h>
#include <hyco/token.h>
#include <hyco/version.h>

#endif
