/* The network as the pure rooms see it: struct hc_net. src/io implements it on
 * libuv, tests/sim in memory with a virtual clock. No code beyond the
 * interface.
 *
 * A stream is a byte stream both ways over TCP, with or without TLS; its bytes
 * here are always plaintext. Everything happens on the loop's thread. No call
 * below ever calls a handler before it returns. */
#ifndef HC_NET_NET_H
#define HC_NET_NET_H

#include "base/fault.h"
#include "base/span.h"
#include "base/timers.h"
#include "base/tls_options.h"

struct hc_net;
struct hc_stream;
struct hc_listener;
struct hc_tls;

enum {
  HC_DIAL_HOST_MAX = 253, /* RFC 1035 2.3.4, as text: of a name to dial */
  /* Room that a stream has for bytes not yet taken by the kernel. */
  HC_STREAM_TX_MAX = 1 << 20,
  /* What an on_data handler may leave unconsumed (a head, a control frame). */
  HC_STREAM_REST_MAX = 1 << 17,
  /* The largest number of bytes that one on_data call hands over, the rest of
   * the call before included. */
  HC_STREAM_READ_MAX = HC_STREAM_REST_MAX + (1 << 17) + (1 << 15),
  /* on_drain comes when pending() falls below this, unless the owner sets
   * another mark with hc_stream_set_drain_mark. */
  HC_STREAM_LOW_MARK = 1 << 16,
  /* How long a closed stream waits for the peer's end, and a cut one for what
   * it has to deliver. */
  HC_STREAM_LINGER_MS = 10000,
  /* How long what a cleanly closed stream has to deliver may stand still: a
   * peer that does not read just now loses nothing. */
  HC_STREAM_STALL_MS = 120000,
  /* A stream that was accepted ends with HYCO_ETIMEDOUT when its peer's TCP has
   * not been there for so long, or a quarter more where bytes wait for an
   * acknowledgement. One whose peer only does not read goes on. A dialled
   * stream's owner sees to it itself, with hc_stream_unacked_ms. */
  HC_ACCEPTED_SILENCE_MS = 120000
};

struct hc_address {
  char host[65]; /* numeric, or a name of our own */
  uint16_t port;
};

/* What a stream tells its owner. After on_end nothing else comes; the owner
 * still has to call close. */
struct hc_stream_handler {
  /* TCP (and TLS, verified) stand; writing may begin. For dialled streams. */
  void (*on_open)(void *user_data);

  /* Bytes have come. The handler takes what it can use off the front of *in;
   * what it leaves (at most HC_STREAM_REST_MAX bytes) is shown again, with more
   * behind it. The bytes are borrowed until it returns. If the handler pauses
   * the stream, it may leave all, and is called again, with the rest, after
   * resume. It may close the stream. */
  void (*on_data)(void *user_data, struct hc_span *in);

  /* pending() had reached the drain mark, if only until the flush at the end of
   * the turn, and is below it now. May be NULL. */
  void (*on_drain)(void *user_data);

  /* Reading is over: fault->code is 0 for an orderly end (FIN; with TLS after
   * close_notify), HYCO_EDROPPED for a FIN without close_notify, otherwise what
   * broke. When dialling failed this is all that is called, and fault says why.
   * All bytes that came before have been shown. */
  void (*on_end)(void *user_data, const struct hc_fault *fault);
};

/* How a stream is closed. The handle is gone at once in every case. */
enum hc_stream_close {
  HC_STREAM_CLEAN, /* deliver what was written, close_notify, FIN; linger.
                      RST when delivery stands still for HC_STREAM_STALL_MS */
  HC_STREAM_CUT,   /* deliver what was written, FIN without close_notify; RST
                      after HC_STREAM_LINGER_MS: the peer must see a cut */
  HC_STREAM_RESET, /* the cut of a plain stream: RST once the peer's TCP has
                      what was written, HC_STREAM_LINGER_MS later at most */
  HC_STREAM_ABORT  /* RST at once */
};

/* Which addresses of a name are tried. */
enum hc_family { HC_FAMILY_ANY, HC_FAMILY_IPV4, HC_FAMILY_IPV6 };

/* What a dialled socket is set to; 0: as the system has it. */
struct hc_tcp {
  bool no_delay;
  enum hc_family family;
  uint32_t keep_alive_ms;    /* idle before the first probe, rounded up to s */
  uint32_t keep_interval_ms; /* between probes, rounded up to s */
  uint32_t keep_probes;      /* unanswered ones that end it */
  uint32_t in_buffer;        /* SO_RCVBUF, bytes */
};

enum hc_proxy_auth {
  HC_PROXY_BASIC, /* sent unasked */
  HC_PROXY_DIGEST,
  HC_PROXY_NTLM,
  HC_PROXY_NEGOTIATE
};

/* What is between here and the host. URLs in libcurl's syntax, user and
 * password in them; copied, and never in a text. HTTP proxies are asked for a
 * tunnel (CONNECT), whatever goes through it. */
struct hc_route {
  const char *proxy;       /* http, socks4, socks4a, socks5h; NULL: none */
  const char *firewall;    /* SOCKS, on the way to the proxy; NULL: none */
  enum hc_proxy_auth auth; /* of an HTTP proxy with a user */
  bool from_environment;   /* no proxy: what https_proxy (http_proxy for a plain
                              stream), all_proxy and no_proxy say */
};

struct hc_dial {
  const char *host; /* name or address; copied */
  uint16_t port;
  struct hc_tls *tls; /* NULL: plain. The stream keeps it alive */
  bool (*on_verify)(void *user_data, const struct hc_tls_verdict *verdict);
  const char *local_host; /* address or interface to bind to; NULL: any */
  struct hc_route route;
  struct hc_tcp tcp;
  bool reads_in_narrow_turns; /* control channel: its on_data may run in a
                                 narrow turn, see hc_net_is_narrow */
  uint64_t timeout_ms;        /* for DNS, TCP and TLS together */
};

struct hc_listener_handler {
  /* A peer connected (and its TLS handshake is done). The owner sets its
   * handler with hc_stream_set_handler before it returns, or closes it. */
  void (*on_accept)(void *user_data, struct hc_stream *stream);
};

struct hc_listen {
  const char *host;              /* numeric address; copied */
  uint16_t port;                 /* 0: the kernel picks one */
  struct hc_tls *tls;            /* NULL: plain. The listener keeps it alive */
  uint64_t handshake_timeout_ms; /* for the TLS handshake */
};

struct hc_net_ops {
  int (*dial)(struct hc_net *net, const struct hc_dial *dial,
              const struct hc_stream_handler *handler, void *user_data,
              struct hc_stream **out, struct hc_fault *fault);
  int (*listen)(struct hc_net *net, const struct hc_listen *listen,
                const struct hc_listener_handler *handler, void *user_data,
                struct hc_listener **out, struct hc_fault *fault);
  uint16_t (*listener_port)(const struct hc_listener *listener);
  void (*listener_set_tls)(struct hc_listener *listener, struct hc_tls *tls);
  void (*listener_close)(struct hc_listener *listener);

  void (*set_handler)(struct hc_stream *stream,
                      const struct hc_stream_handler *handler, void *user_data);
  uint8_t *(*reserve)(struct hc_stream *stream, size_t n);
  void (*commit)(struct hc_stream *stream, size_t n);
  size_t (*pending)(const struct hc_stream *stream);
  void (*set_drain_mark)(struct hc_stream *stream, size_t mark);
  void (*pause)(struct hc_stream *stream);
  void (*resume)(struct hc_stream *stream);
  void (*shut)(struct hc_stream *stream);
  void (*close)(struct hc_stream *stream, enum hc_stream_close how);
  void (*local)(const struct hc_stream *stream, struct hc_address *out);
  void (*peer)(const struct hc_stream *stream, struct hc_address *out);
  uint64_t (*unacked_ms)(const struct hc_stream *stream);
  void (*negotiated)(const struct hc_stream *stream,
                     struct hc_tls_negotiated *out);

  int (*tls_new)(struct hc_net *net, const struct hc_tls_options *options,
                 struct hc_tls **out, struct hc_fault *fault);
  void (*tls_free)(struct hc_net *net, struct hc_tls *tls);

  void (*timer_set)(struct hc_net *net, struct hc_timer *timer,
                    uint64_t delay_ms);
  void (*timer_cancel)(struct hc_net *net, struct hc_timer *timer);
  uint64_t (*now_ms)(const struct hc_net *net);
  int64_t (*wall_s)(const struct hc_net *net);
  void (*random)(struct hc_net *net, uint8_t *out, size_t n);
  bool (*is_narrow)(const struct hc_net *net);
  void (*own_name)(const struct hc_net *net, char *out, size_t size);
};

/* First member of every implementation. */
struct hc_net {
  const struct hc_net_ops *ops;
};

/* First member of every implementation's stream and listener. */
struct hc_stream {
  struct hc_net *net;
};
struct hc_listener {
  struct hc_net *net;
};

/* Starts a connection. 0: on_open or on_end follows. Otherwise a HYCO_E*,
 * fault says why, and no handler is called. */
static inline int hc_dial(struct hc_net *net, const struct hc_dial *dial,
                          const struct hc_stream_handler *handler,
                          void *user_data, struct hc_stream **out,
                          struct hc_fault *fault)
{
  return net->ops->dial(net, dial, handler, user_data, out, fault);
}

static inline int hc_listen(struct hc_net *net, const struct hc_listen *listen,
                            const struct hc_listener_handler *handler,
                            void *user_data, struct hc_listener **out,
                            struct hc_fault *fault)
{
  return net->ops->listen(net, listen, handler, user_data, out, fault);
}

static inline uint16_t hc_listener_port(const struct hc_listener *listener)
{
  return listener->net->ops->listener_port(listener);
}

/* What connections that are accepted from now on use; those that are there go
 * on with what they have. For listeners with TLS; tls is a server's, the
 * listener keeps it alive. */
static inline void hc_listener_set_tls(struct hc_listener *listener,
                                       struct hc_tls *tls)
{
  listener->net->ops->listener_set_tls(listener, tls);
}

static inline void hc_listener_close(struct hc_listener *listener)
{
  listener->net->ops->listener_close(listener);
}

static inline void hc_stream_set_handler(struct hc_stream *stream,
                                         const struct hc_stream_handler *h,
                                         void *user_data)
{
  stream->net->ops->set_handler(stream, h, user_data);
}

/* Room for n contiguous bytes at the end of what is to be sent; NULL if
 * pending() + n would pass HC_STREAM_TX_MAX, there is no memory, or the peer
 * takes no more although its direction ended well. Valid until
 * the next call on the stream. */
static inline uint8_t *hc_stream_reserve(struct hc_stream *stream, size_t n)
{
  return stream->net->ops->reserve(stream, n);
}

/* n of the reserved bytes are to be sent; they leave at the end of the turn. */
static inline void hc_stream_commit(struct hc_stream *stream, size_t n)
{
  stream->net->ops->commit(stream, n);
}

/* reserve, copy, commit. 0 or HYCO_EWOULDBLOCK. */
static inline int hc_stream_write(struct hc_stream *stream,
                                  struct hc_span bytes)
{
  uint8_t *dst = hc_stream_reserve(stream, bytes.len);
  if (dst == NULL)
    return HYCO_EWOULDBLOCK;
  if (bytes.len > 0)
    memcpy(dst, bytes.ptr, bytes.len);
  hc_stream_commit(stream, bytes.len);
  return 0;
}

/* Bytes written that the kernel has not taken yet. */
static inline size_t hc_stream_pending(const struct hc_stream *stream)
{
  return stream->net->ops->pending(stream);
}

/* Where on_drain comes; 1 to HC_STREAM_TX_MAX. HC_STREAM_LOW_MARK at first. */
static inline void hc_stream_set_drain_mark(struct hc_stream *stream,
                                            size_t mark)
{
  stream->net->ops->set_drain_mark(stream, mark);
}

/* Stops and restarts reading; pausing twice is the same as once. */
static inline void hc_stream_pause(struct hc_stream *stream)
{
  stream->net->ops->pause(stream);
}

static inline void hc_stream_resume(struct hc_stream *stream)
{
  stream->net->ops->resume(stream);
}

/* Ends this direction of an open plain stream: FIN behind what was written.
 * Nothing is written after it; reading goes on. */
static inline void hc_stream_shut(struct hc_stream *stream)
{
  stream->net->ops->shut(stream);
}

/* Gives the stream up; no handler is called any more. NULL is fine. */
static inline void hc_stream_close(struct hc_stream *stream,
                                   enum hc_stream_close how)
{
  if (stream != NULL)
    stream->net->ops->close(stream, how);
}

/* The address of our own end; host is "" while there is no socket. */
static inline void hc_stream_local(const struct hc_stream *stream,
                                   struct hc_address *out)
{
  stream->net->ops->local(stream, out);
}

static inline void hc_stream_peer(const struct hc_stream *stream,
                                  struct hc_address *out)
{
  stream->net->ops->peer(stream, out);
}

/* For how long bytes that were sent have waited without any acknowledgement
 * from the peer's TCP; 0 when none wait or the system cannot tell. A peer that
 * is paused acknowledges, one that is gone does not. */
static inline uint64_t hc_stream_unacked_ms(const struct hc_stream *stream)
{
  return stream->net->ops->unacked_ms(stream);
}

/* What the stream's TLS handshake came to. */
static inline void hc_stream_negotiated(const struct hc_stream *stream,
                                        struct hc_tls_negotiated *out)
{
  stream->net->ops->negotiated(stream, out);
}

/* Loads certificates and trust. 0, HYCO_ECERTSTORE (a file that cannot be
 * read; fault names it), HYCO_EBADVALUE (cipher_list), HYCO_ETLS, HYCO_ENOMEM.
 * Freed by its owner; streams and listeners that use it hold references of
 * their own. */
static inline int hc_net_tls_new(struct hc_net *net,
                                 const struct hc_tls_options *options,
                                 struct hc_tls **out, struct hc_fault *fault)
{
  return net->ops->tls_new(net, options, out, fault);
}

static inline void hc_net_tls_free(struct hc_net *net, struct hc_tls *tls)
{
  if (tls != NULL)
    net->ops->tls_free(net, tls);
}

/* Sets (or moves) a timer. */
static inline void hc_net_timer_set(struct hc_net *net, struct hc_timer *timer,
                                    uint64_t delay_ms)
{
  net->ops->timer_set(net, timer, delay_ms);
}

static inline void hc_net_timer_cancel(struct hc_net *net,
                                       struct hc_timer *timer)
{
  net->ops->timer_cancel(net, timer);
}

/* Monotonic milliseconds, the same all through one turn. */
static inline uint64_t hc_net_now_ms(const struct hc_net *net)
{
  return net->ops->now_ms(net);
}

/* Unix seconds. */
static inline int64_t hc_net_wall_s(const struct hc_net *net)
{
  return net->ops->wall_s(net);
}

/* Cryptographically strong bytes (seeded ones in the simulation). */
static inline void hc_net_random(struct hc_net *net, void *out, size_t n)
{
  net->ops->random(net, (uint8_t *)out, n);
}

/* The name of this host, as gethostname has it; cut to size, "" if there is
 * none. */
static inline void hc_net_own_name(const struct hc_net *net, char *out,
                                   size_t size)
{
  net->ops->own_name(net, out, size);
}

/* True while a blocking call inside a handler pumps the loop: nothing that
 * would call the application may run; on_data handlers of streams with
 * reads_in_narrow_turns leave such bytes where they are. */
static inline bool hc_net_is_narrow(const struct hc_net *net)
{
  return net->ops->is_narrow(net);
}

#endif
