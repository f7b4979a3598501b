// Microsoft's listener outlives our relay: it connects again by itself, to the
// same port and with the same state directory.
'use strict';

const assert = require('node:assert');
const { once } = require('node:events');
const { check, defer } = require('./support/case');
const {
  echo, listenUri, next, sdk, token, withSender, withServer,
} = require('./support/hyco_ws');
const { Relay } = require('./support/relay');

// The other helpers make their URLs with this port.
function startRelay() {
  const relay = new Relay();
  const before = process.env.RELAY_PORT;
  defer(() => { process.env.RELAY_PORT = before; });
  process.env.RELAY_PORT = String(relay.port);
  return relay;
}

function assertServed(text) {
  return withSender('demo', async (ws, inbox) => {
    ws.send(text);
    assert.deepStrictEqual(await next(inbox), { data: text, binary: false });
  });
}

for (const [signal, expected] of [['SIGTERM', 0], ['SIGKILL', null]]) {
  check(`the SDK's listener comes back after a ${signal}`, async () => {
    const relay = startRelay();
    const uri = listenUri('demo');
    let stopping = false;
    // The SDK asks for a token right before it connects, and connects again the
    // moment that it is cut off; it does so twice for each attempt that is
    // refused. So the relay is up again by then.
    const makeToken = () => {
      if (stopping) relay.start();
      stopping = false;
      return token(uri);
    };
    const server =
      sdk.createRelayedServer({ server: uri, token: makeToken }, echo);
    await withServer(server, async () => {
      await assertServed('before');
      const back = once(server, 'listening');
      stopping = true;
      const status = relay.stop(signal);
      await back;
      assert.strictEqual(await status, expected);
      await assertServed('after');
    });
    assert.strictEqual(await relay.stop('SIGTERM'), 0);
  });
}
