// Microsoft's listener and sender, through our relay.
'use strict';

const assert = require('node:assert');
const { on, once } = require('node:events');
const { check } = require('./support/case');
const {
  echo, next, nextBytes, withListener, withProtocols, withSender,
} = require('./support/hyco_ws');
const { MIB, TEXTS, mebibyte } = require('./support/samples');

for (const [what, text] of TEXTS) {
  check(`${what} comes back`, () =>
    withListener('demo', {}, echo, () =>
      withSender('demo', async (ws, inbox) => {
        ws.send(text);
        assert.deepStrictEqual(await next(inbox),
          { data: text, binary: false });
      })));
}

check('1 MiB of binary comes back as one message', () =>
  withListener('demo', {}, echo, () =>
    withSender('demo', async (ws, inbox) => {
      const data = mebibyte();
      ws.send(data);
      const answer = await next(inbox);
      assert.ok(answer.binary && data.equals(answer.data));
    })));

check('1 MiB both ways at once', async () => {
  const theirs = mebibyte();
  let atListener;
  const connected = (ws) => {
    atListener = on(ws, 'message');
    ws.on('open', () => ws.send(theirs));
  };
  await withListener('demo', {}, connected, () =>
    withSender('demo', async (ws, inbox) => {
      const ours = mebibyte();
      ws.send(ours);
      assert.ok(theirs.equals(await nextBytes(inbox, MIB)));
      assert.ok(ours.equals(await nextBytes(atListener, MIB)));
    }));
});

check('an empty message is a message', () =>
  withListener('demo', {}, echo, () =>
    withSender('demo', async (ws, inbox) => {
      ws.send('');
      ws.send('after');
      assert.strictEqual((await next(inbox)).data, '');
      assert.strictEqual((await next(inbox)).data, 'after');
    })));

for (const [code, text] of [[1000, 'done'], [4001, 'enough']]) {
  check(`the listener sees close code ${code}`, async () => {
    let closed;
    const connected = (ws) => { closed = once(ws, 'close'); };
    await withListener('demo', {}, connected, () =>
      withSender('demo', async (ws) => {
        ws.close(code, text);
        assert.deepStrictEqual(await closed, [code, text]);
      }));
  });

  check(`the sender sees close code ${code}`, () => {
    const connected = (ws) => ws.on('open', () => ws.close(code, text));
    return withListener('demo', {}, connected, () =>
      withSender('demo', async (ws) => {
        assert.deepStrictEqual(await once(ws, 'close'), [code, text]);
      }));
  });
}

check('no sub-protocol', () =>
  withListener('demo', {}, echo, () =>
    withSender('demo', (ws) => assert.strictEqual(ws.protocol, undefined))));

check('one sub-protocol', () =>
  withListener('demo', {}, echo, () =>
    withProtocols('demo', 'chat', (ws) =>
      assert.strictEqual(ws.protocol, 'chat'))));

check('the listener chooses the second sub-protocol', () => {
  const handleProtocols = (offered, choose) => {
    assert.deepStrictEqual(offered, ['chat', 'talk']);
    choose(true, 'talk');
  };
  return withListener('demo', { handleProtocols }, echo, () =>
    withProtocols('demo', ['chat', 'talk'], (ws) =>
      assert.strictEqual(ws.protocol, 'talk')));
});

// The listener takes permessage-deflate up in a header named 0 (spec section
// 9): it turns nothing on.
check('no extension is agreed upon', () =>
  withListener('demo', {}, echo, () =>
    withSender('demo', (ws) => assert.deepStrictEqual(ws.extensions, {}))));

check('two listeners share the senders', async () => {
  const served = [0, 0];
  const count = (i) => (ws) => {
    served[i] += 1;
    echo(ws);
  };
  await withListener('demo', {}, count(0), () =>
    withListener('demo', {}, count(1), () =>
      withSender('demo', () => withSender('demo', () => {}))));
  assert.deepStrictEqual(served, [1, 1]);
});
