// Microsoft's listener against our sender.
'use strict';

const assert = require('node:assert');
const { on, once } = require('node:events');
const { check, defer } = require('./support/case');
const { runSender } = require('./support/hyco');
const {
  echoBytes, listenUri, next, sdk, token, withListener, withServer,
} = require('./support/hyco_ws');
const { MIB, TEXTS, mebibyte } = require('./support/samples');

// The listener answers a Close at once, so it is the one that ends.
const PATIENT = ['-q', '-1'];

// hyco connect sends this and gets it back.
async function assertEcho(input, ...args) {
  const { status, out, err } =
    await runSender('demo', [...PATIENT, ...args], input);
  assert.strictEqual(err, '');
  assert.strictEqual(status, 0);
  assert.ok(out.equals(Buffer.from(input)));
}

for (const [what, text] of TEXTS) {
  check(`${what} comes back`, () =>
    withListener('demo', {}, echoBytes(Buffer.byteLength(text)), () =>
      assertEcho(`${text}\n`, '--text')));
}

check('1 MiB of binary comes back byte for byte', () =>
  withListener('demo', {}, echoBytes(MIB), () => assertEcho(mebibyte())));

check('a line is a message', async () => {
  let inbox;
  const connected = (ws) => { inbox = on(ws, 'message'); };
  await withListener('demo', {}, connected, async () => {
    await runSender('demo', ['--text'], 'one\ntwo\n');
    assert.deepStrictEqual(await next(inbox), { data: 'one', binary: false });
    assert.deepStrictEqual(await next(inbox), { data: 'two', binary: false });
  });
});

check('without --text messages are binary', async () => {
  let inbox;
  const connected = (ws) => { inbox = on(ws, 'message'); };
  await withListener('demo', {}, connected, async () => {
    await runSender('demo', [], 'one');
    assert.deepStrictEqual(await next(inbox),
      { data: Buffer.from('one'), binary: true });
  });
});

check('a RelayedServer made with new', () => {
  const uri = listenUri('demo');
  const server = new sdk.RelayedServer({ server: uri, token: token(uri) });
  server.on('connection', echoBytes(5));
  return withServer(server, () => assertEcho('Hello'));
});

check('the token may be in the query', () => {
  const uri = listenUri('demo', token(listenUri('demo')));
  const noHeader = { server: uri, token: () => '' };
  return withListener('demo', noHeader, echoBytes(5), () =>
    assertEcho('Hello'));
});

// The SDK renews each hour; here the hour is over at once.
check('the listener renews its token', async () => {
  const uri = listenUri('demo');
  let tokens = 0;
  const makeToken = () => {
    tokens += 1;
    return token(uri);
  };
  const { setInterval } = globalThis;
  defer(() => { globalThis.setInterval = setInterval; });
  const timers = [];
  globalThis.setInterval = (callback, ...rest) => {
    timers.push(callback);
    return setInterval(callback, ...rest);
  };
  await withListener('demo', { token: makeToken }, echoBytes(5), async () => {
    timers.forEach((callback) => callback());
    await assertEcho('Hello');
    assert.strictEqual(tokens, 2);
  });
});

check('no sub-protocol', async () => {
  let opened;
  const connected = (ws) => {
    opened = ws;
    echoBytes(5)(ws);
  };
  await withListener('demo', {}, connected, async () => {
    await assertEcho('Hello');
    assert.strictEqual(opened.protocol, undefined);
  });
});

check('one sub-protocol', async () => {
  let opened;
  const connected = (ws) => {
    opened = ws;
    echoBytes(5)(ws);
  };
  await withListener('demo', {}, connected, async () => {
    await assertEcho('Hello', '--set', 'SubProtocols=chat');
    assert.strictEqual(opened.protocol, 'chat');
  });
});

for (const [code, text] of [[1000, ''], [4001, 'good bye']]) {
  check(`the listener sees close code ${code}`, async () => {
    let closed;
    const connected = (ws) => { closed = once(ws, 'close'); };
    await withListener('demo', {}, connected, async () => {
      const { status } = await runSender('demo', [
        '--set', `DisconnectStatusCode=${code}`,
        '--set', `DisconnectStatusDescription=${text}`], 'Hello');
      assert.deepStrictEqual(await closed, [code, text]);
      assert.strictEqual(status, code === 1000 ? 0 : 1);
    });
  });
}

check('the sender sees the listener\'s close code', () =>
  withListener('demo', {}, echoBytes(5, 4002, 'enough'), async () => {
    const { status, out, err } = await runSender('demo', PATIENT, 'Hello');
    assert.strictEqual(out.toString(), 'Hello');
    assert.match(err, /closed by the peer: 4002 enough/);
    assert.strictEqual(status, 1);
  }));

// A cut is no clean end (spec section 1.9).
check('the sender tells a cut from an end', () => {
  const cut = (ws) => ws.on('message', () => ws.terminate());
  return withListener('demo', {}, cut, async () => {
    const { status, err } = await runSender('demo', PATIENT, 'Hello');
    assert.match(err, /1006/);
    assert.strictEqual(status, 1);
  });
});

check('a wrong key is refused', () => {
  const bad = { token: token(listenUri('demo'), 'wrong') };
  const listening = withListener('demo', bad, echoBytes(5), () => {});
  return assert.rejects(listening, /unexpected server response \(401\)/);
});

check('nobody is there once the listener has closed', async () => {
  await withListener('demo', {}, echoBytes(5), () => assertEcho('Hello'));
  const { status, err } = await runSender('demo', PATIENT, 'Hello');
  assert.match(err, /\(404\)/);
  assert.strictEqual(status, 1);
});
