// Microsoft's SDK with its URLs as they come: on port 443.
'use strict';

const assert = require('node:assert');
const { check } = require('./support/case');
const { runSender, withReceiver } = require('./support/hyco');
const {
  echo, echoBytes, listenUri, next, sdk, sendUri, withListener, withSender,
} = require('./support/hyco_ws');
const { mebibyte } = require('./support/samples');

async function assertEcho(ws, inbox) {
  ws.send('Hello');
  assert.strictEqual((await next(inbox)).data, 'Hello');
}

check('the URLs are the SDK\'s own', () => {
  assert.strictEqual(sendUri('a'), sdk.createRelaySendUri('127.0.0.1', 'a'));
  assert.strictEqual(listenUri('a'),
    sdk.createRelayListenUri('127.0.0.1', 'a'));
});

check('sender and listener: text', () =>
  withListener('demo', {}, echo, () => withSender('demo', assertEcho)));

check('sender and listener: 1 MiB', () =>
  withListener('demo', {}, echo, () =>
    withSender('demo', async (ws, inbox) => {
      const data = mebibyte();
      ws.send(data);
      assert.ok(data.equals((await next(inbox)).data));
    })));

check('sender to our receiver', () =>
  withReceiver('demo', ['--echo'], () => withSender('demo', assertEcho)));

check('our sender to the listener', () =>
  withListener('demo', {}, echoBytes(5), async () => {
    const { status, out } = await runSender('demo', ['-q', '-1'], 'Hello');
    assert.strictEqual(out.toString(), 'Hello');
    assert.strictEqual(status, 0);
  }));
