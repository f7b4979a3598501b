/* A peer that speaks raw bytes over the simulated net: what it sends is made
 * here byte by byte and what it gets is read here, without the library's own
 * frames and heads. Every wait runs the simulation. */
#ifndef TESTS_SUPPORT_RAW_PEER_H
#define TESTS_SUPPORT_RAW_PEER_H

#include "base/buffer.h"
#include "sim_net.h"

enum {
  RAW_RECEIVED_MAX = 1 << 24,
  RAW_WAIT_MS = 1000, /* longer than any way there and back */
  RAW_SENT_NEVER = -1
};

struct raw_peer {
  struct sim *sim;
  struct hc_stream *stream;
  struct hc_buffer received;
  bool opened;
  bool ended;
  int end_code; /* of on_end; 0: orderly */
};

/* Connects to the relay's port and waits until the stream stands. The peer must
 * not move. */
void raw_dial(struct raw_peer *peer, struct sim *sim, uint16_t port);

/* Takes over a stream that was accepted: the peer is a server then. */
void raw_adopt(struct raw_peer *peer, struct sim *sim,
               struct hc_stream *stream);

/* Ends the stream and forgets what came. A peer that never dialled is fine. */
void raw_close(struct raw_peer *peer, enum hc_stream_close how);

/* Sends bytes as they are; waits while the stream has no room. */
void raw_send(struct raw_peer *peer, struct hc_span bytes);
void raw_send_str(struct raw_peer *peer, const char *text);

/* Stops and restarts reading. */
void raw_pause(struct raw_peer *peer);
void raw_resume(struct raw_peer *peer);

/* Waits for a whole HTTP head and takes it off; returns its status and copies
 * the head, NUL-terminated. Fails the test if none comes within wait_ms. */
int raw_read_head(struct raw_peer *peer, char *head, size_t size,
                  uint64_t wait_ms);

/* A frame of a client, masked with a fixed key. first is the head's first byte
 * (FIN, RSV, opcode). */
void raw_send_frame(struct raw_peer *peer, uint8_t first, struct hc_span data);

/* The head of such a frame only: claims len bytes. */
void raw_send_frame_head(struct raw_peer *peer, uint8_t first, uint64_t len);

/* len bytes of such a frame's payload from the place offset on. */
void raw_send_masked(struct raw_peer *peer, struct hc_span data,
                     uint64_t offset);

/* A frame of a server: not masked, but for `first` as raw_send_frame. */
void raw_send_server_frame(struct raw_peer *peer, uint8_t first,
                           struct hc_span data);

/* A frame that came from the other side. */
struct raw_frame {
  uint8_t first;
  bool masked;
  uint8_t mask[4];     /* zero if it was not masked */
  struct hc_span data; /* without its mask; borrowed until the next read */
};

/* Waits for a whole frame. False if none comes within RAW_WAIT_MS or the stream
 * ends. */
bool raw_read_frame(struct raw_peer *peer, struct raw_frame *frame);

/* Waits for a frame and compares it; text may hold no NUL. */
void raw_expect_frame(struct raw_peer *peer, uint8_t first, const char *text);

/* Waits for a Close with this code. */
void raw_expect_close(struct raw_peer *peer, int code);

/* Waits for the end and checks how it came (0: orderly). */
void raw_expect_end(struct raw_peer *peer, int code);

/* Nothing comes, and the stream stays, for so long. */
void raw_expect_silence(struct raw_peer *peer, uint64_t ms);

#endif
