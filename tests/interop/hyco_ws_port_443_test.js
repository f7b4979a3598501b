// Microsoft's SDK with its URLs as they come: on port 443.
'use strict';

const assert = require('node:assert');
const { test } = require('node:test');
const { runSender, withReceiver } = require('./support/hyco');
const {
  echo, echoBytes, listenUri, next, sdk, sendUri, withListener, withSender,
} = require('./support/hyco_ws');
const { mebibyte } = require('./support/samples');

const LIMIT = { timeout: 60000 };

async function assertEcho(ws, inbox) {
  ws.send('Hello');
  assert.strictEqual((await next(inbox)).data, 'Hello');
}

test('the URLs are the SDK\'s own', LIMIT, () => {
  assert.strictEqual(sendUri('a'), sdk.createRelaySendUri('127.0.0.1', 'a'));
  assert.strictEqual(listenUri('a'),
    sdk.createRelayListenUri('127.0.0.1', 'a'));
});

test('sender and listener: text', LIMIT, () =>
  withListener('demo', {}, echo, () => withSender('demo', assertEcho)));

test('sender and listener: 1 MiB', LIMIT, () =>
  withListener('demo', {}, echo, () =>
    withSender('demo', async (ws, inbox) => {
      const data = mebibyte();
      ws.send(data);
      assert.ok(data.equals((await next(inbox)).data));
    })));

test('sender to our receiver', LIMIT, () =>
  withReceiver('demo', ['--echo'], () => withSender('demo', assertEcho)));

test('our sender to the listener', LIMIT, () =>
  withListener('demo', {}, echoBytes(5), async () => {
    const { status, out } = await runSender('demo', ['-q', '-1'], 'Hello');
    assert.strictEqual(out.toString(), 'Hello');
    assert.strictEqual(status, 0);
  }));
