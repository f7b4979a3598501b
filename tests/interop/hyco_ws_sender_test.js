// Microsoft's sender against our receiver.
'use strict';

const assert = require('node:assert');
const { once } = require('node:events');
const { test } = require('node:test');
const { withReceiver } = require('./support/hyco');
const {
  appendToken, next, nextBytes, sdk, sendUri, token, withOpened, withProtocols,
  withSender,
} = require('./support/hyco_ws');
const { MIB, TEXTS, mebibyte } = require('./support/samples');

const LIMIT = { timeout: 60000 };

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
  test(`${what} comes back`, LIMIT, () =>
    withReceiver('demo', ['--echo'], () =>
      withSender('demo', (ws, inbox) => assertEcho(ws, inbox, text))));
}

test('1 MiB of binary comes back byte for byte', LIMIT, () =>
  withReceiver('demo', ['--echo'], () =>
    withSender('demo', async (ws, inbox) => {
      const data = mebibyte();
      ws.send(data);
      assert.ok(data.equals(await nextBytes(inbox, MIB)));
    })));

test('a text in fragments comes back whole', LIMIT, () =>
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

test('the token may be in the query', LIMIT, () =>
  withReceiver('demo', ['--echo'], () => {
    const uri = sendUri('demo', token(sendUri('demo')));
    return withOpened(sdk.relayedConnect(uri), assertEcho);
  }));

test('the SDK may append the token itself', LIMIT, () =>
  withReceiver('demo', ['--echo'], () =>
    withOpened(sdk.relayedConnect(appendToken(sendUri('demo'))), assertEcho)));

test('below the entity, with a query', LIMIT, () =>
  withReceiver('demo', ['--echo'], () =>
    withSender('demo/below?a=b', assertEcho)));

test('no token where senders are anonymous', LIMIT, () =>
  withReceiver('open', ['--echo'], () =>
    withOpened(sdk.relayedConnect(sendUri('open')), assertEcho)));

test('no sub-protocol', LIMIT, () =>
  withReceiver('demo', ['--echo'], () =>
    withSender('demo', async (ws, inbox) => {
      assert.strictEqual(ws.protocol, undefined);
      await assertEcho(ws, inbox);
    })));

test('one sub-protocol', LIMIT, () =>
  withReceiver('demo', ['--echo'], () =>
    withProtocols('demo', 'chat', async (ws, inbox) => {
      assert.strictEqual(ws.protocol, 'chat');
      await assertEcho(ws, inbox);
    })));

test('the first of two sub-protocols', LIMIT, () =>
  withReceiver('demo', ['--echo'], () =>
    withProtocols('demo', ['chat', 'talk'], async (ws, inbox) => {
      assert.strictEqual(ws.protocol, 'chat');
      await assertEcho(ws, inbox);
    })));

// permessage-deflate is offered; nobody takes it up (spec section 9).
test('no extension is agreed upon', LIMIT, () =>
  withReceiver('demo', ['--echo'], () =>
    withSender('demo', (ws) => assert.deepStrictEqual(ws.extensions, {}))));

for (const [code, text] of [[1000, 'done'], [4001, 'good bye']]) {
  test(`the receiver sees close code ${code}`, LIMIT, () =>
    withReceiver('demo', ['--echo'], (receiver) =>
      withSender('demo', async (ws) => {
        const closed = once(ws, 'close');
        ws.close(code, text);
        await closed;
        await receiver.says(new RegExp(`closed: ${code} ${text} `));
      })));
}

test('the sender sees the receiver\'s close code', LIMIT, async () => {
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
test('the receiver tells a cut from an end', LIMIT, () =>
  withReceiver('demo', ['--echo'], (receiver) =>
    withSender('demo', async (ws, inbox) => {
      await assertEcho(ws, inbox);
      ws.terminate();
      await receiver.says(/closed: 1006 /);
    })));

// Senders of one millisecond have the same Sec-WebSocket-Key (spec section 9).
test('twenty senders at once', LIMIT, () =>
  withReceiver('demo', ['--echo'], () => {
    const numbers = Array.from({ length: 20 }, (_, i) => `number ${i}`);
    return Promise.all(numbers.map((text) =>
      withSender('demo', (ws, inbox) => assertEcho(ws, inbox, text))));
  }));

test('a wrong key is refused', LIMIT, () =>
  withReceiver('demo', ['--echo'], async () => {
    const uri = sendUri('demo');
    const [status, reason] =
      await refusal(sdk.relayedConnect(uri, token(uri, 'wrong')));
    assert.strictEqual(status, 401);
    assert.match(reason, /invalid signature.*TrackingId:/);
  }));

test('an entity that nobody listens at', LIMIT, async () => {
  const uri = sendUri('demo');
  const [status, reason] = await refusal(sdk.relayedConnect(uri, token(uri)));
  assert.strictEqual(status, 404);
  assert.match(reason, /no listeners connected/);
});

test('an entity that is not there', LIMIT, async () => {
  const uri = sendUri('other');
  const [status, reason] = await refusal(sdk.relayedConnect(uri, token(uri)));
  assert.strictEqual(status, 404);
  assert.match(reason, /Endpoint does not exist/);
});
