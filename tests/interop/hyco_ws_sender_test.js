// Microsoft's sender against our receiver.
'use strict';

const assert = require('node:assert');
const { once } = require('node:events');
const { check } = require('./support/case');
const { withReceiver } = require('./support/hyco');
const {
  appendToken, next, nextBytes, sdk, sendUri, token, withOpened, withProtocols,
  withSender,
} = require('./support/hyco_ws');
const { MIB, TEXTS, mebibyte } = require('./support/samples');

async function assertEcho(ws, inbox, text = 'Hello') {
  ws.send(text);
  assert.deepStrictEqual(await next(inbox), { data: text, binary: false });
}

// What the handshake was refused with: [status, reason phrase].
async function refusal(ws) {
  const [, response] = await once(ws, 'unexpected-response');
  response.resume();
  return [response.statusCode, response.statusMessage];
}

for (const [what, text] of TEXTS) {
  check(`${what} comes back`, () =>
    withReceiver('demo', ['--echo'], () =>
      withSender('demo', (ws, inbox) => assertEcho(ws, inbox, text))));
}

check('1 MiB of binary comes back byte for byte', () =>
  withReceiver('demo', ['--echo'], () =>
    withSender('demo', async (ws, inbox) => {
      const data = mebibyte();
      ws.send(data);
      assert.ok(data.equals(await nextBytes(inbox, MIB)));
    })));

check('a text in fragments comes back whole', () =>
  withReceiver('demo', ['--echo'], () =>
    withSender('demo', async (ws, inbox) => {
      const parts = ['one, ', 'two, ', 'three'];
      ws.stream({ binary: false }, (error, send) => {
        assert.ifError(error);
        const part = parts.shift();
        send(part, parts.length === 0);
      });
      const { data } = await next(inbox);
      assert.strictEqual(data, 'one, two, three');
    })));

check('the token may be in the query', () =>
  withReceiver('demo', ['--echo'], () => {
    const uri = sendUri('demo', token(sendUri('demo')));
    return withOpened(sdk.relayedConnect(uri), assertEcho);
  }));

check('the SDK may append the token itself', () =>
  withReceiver('demo', ['--echo'], () =>
    withOpened(sdk.relayedConnect(appendToken(sendUri('demo'))), assertEcho)));

check('below the entity, with a query', () =>
  withReceiver('demo', ['--echo'], () =>
    withSender('demo/below?a=b', assertEcho)));

check('no token where senders are anonymous', () =>
  withReceiver('open', ['--echo'], () =>
    withOpened(sdk.relayedConnect(sendUri('open')), assertEcho)));

check('no sub-protocol', () =>
  withReceiver('demo', ['--echo'], () =>
    withSender('demo', async (ws, inbox) => {
      assert.strictEqual(ws.protocol, undefined);
      await assertEcho(ws, inbox);
    })));

check('one sub-protocol', () =>
  withReceiver('demo', ['--echo'], () =>
    withProtocols('demo', 'chat', async (ws, inbox) => {
      assert.strictEqual(ws.protocol, 'chat');
      await assertEcho(ws, inbox);
    })));

check('the first of two sub-protocols', () =>
  withReceiver('demo', ['--echo'], () =>
    withProtocols('demo', ['chat', 'talk'], async (ws, inbox) => {
      assert.strictEqual(ws.protocol, 'chat');
      await assertEcho(ws, inbox);
    })));

// permessage-deflate is offered; nobody takes it up (spec section 9).
check('no extension is agreed upon', () =>
  withReceiver('demo', ['--echo'], () =>
    withSender('demo', (ws) => assert.deepStrictEqual(ws.extensions, {}))));

for (const [code, text] of [[1000, 'done'], [4001, 'good bye']]) {
  check(`the receiver sees close code ${code}`, () =>
    withReceiver('demo', ['--echo'], (receiver) =>
      withSender('demo', async (ws) => {
        const closed = once(ws, 'close');
        ws.close(code, text);
        await closed;
        await receiver.says(new RegExp(`closed: ${code} ${text} `));
      })));
}

check('the sender sees the receiver\'s close code', async () => {
  const settings = ['--set', 'DisconnectStatusCode=4002',
    '--set', 'DisconnectStatusDescription=shop closed'];
  await withReceiver('demo', ['--echo', ...settings], (receiver) =>
    withSender('demo', async (ws, inbox) => {
      await assertEcho(ws, inbox);
      const closed = once(ws, 'close');
      receiver.stop();
      assert.deepStrictEqual(await closed, [4002, 'shop closed']);
    }));
});

// A cut is no clean end (spec section 1.9).
check('the receiver tells a cut from an end', () =>
  withReceiver('demo', ['--echo'], (receiver) =>
    withSender('demo', async (ws, inbox) => {
      await assertEcho(ws, inbox);
      ws.terminate();
      await receiver.says(/closed: 1006 /);
    })));

// Senders of one millisecond have the same Sec-WebSocket-Key (spec section 9).
check('twenty senders at once', () =>
  withReceiver('demo', ['--echo'], () => {
    const numbers = Array.from({ length: 20 }, (_, i) => `number ${i}`);
    return Promise.all(numbers.map((text) =>
      withSender('demo', (ws, inbox) => assertEcho(ws, inbox, text))));
  }));

check('a wrong key is refused', () =>
  withReceiver('demo', ['--echo'], async () => {
    const uri = sendUri('demo');
    const [status, reason] =
      await refusal(sdk.relayedConnect(uri, token(uri, 'wrong')));
    assert.strictEqual(status, 401);
    assert.match(reason, /invalid signature.*TrackingId:/);
  }));

check('an entity that nobody listens at', async () => {
  const uri = sendUri('demo');
  const [status, reason] = await refusal(sdk.relayedConnect(uri, token(uri)));
  assert.strictEqual(status, 404);
  assert.match(reason, /no listeners connected/);
});

check('an entity that is not there', async () => {
  const uri = sendUri('other');
  const [status, reason] = await refusal(sdk.relayedConnect(uri, token(uri)));
  assert.strictEqual(status, 404);
  assert.match(reason, /Endpoint does not exist/);
});
