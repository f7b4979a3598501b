// The npm package ws of today, which hyco-ws does not use, as a sender to our
// receiver and as a listener for our sender.
'use strict';

const assert = require('node:assert');
const { randomBytes } = require('node:crypto');
const { once } = require('node:events');
const WebSocket = require('ws8');
const { check } = require('./support/case');
const { runSender, withReceiver } = require('./support/hyco');
const { listenUri, sendUri, token, withOpened } = require('./support/hyco_ws');
const { MIB, TEXTS } = require('./support/samples');

const SIZES = [1, 125, 126, 65535, 65536, 32 * MIB];
const MESSAGES = 1000;
const CONNECTIONS = 100;

const numbers = (n, what) =>
  Array.from({ length: n }, (_, i) => `${what} ${i}`);

// It offers permessage-deflate unless told otherwise.
function dial(uri, options) {
  const headers = { ServiceBusAuthorization: token(uri) };
  return new WebSocket(uri, { headers, ...options });
}

function withRaw(body, options) {
  return withOpened(dial(sendUri('demo'), options), body);
}

async function next(inbox) {
  const { value: [data, binary] } = await inbox.next();
  return { data: binary ? data : data.toString(), binary };
}

// Bytes come back in messages of any size.
async function assertBytes(ws, inbox, data) {
  ws.send(data);
  const parts = [];
  for (let have = 0; have < data.length; have += parts.at(-1).length) {
    parts.push((await next(inbox)).data);
  }
  assert.ok(Buffer.concat(parts).equals(data), `${data.length} bytes`);
}

async function assertText(ws, inbox, text) {
  ws.send(text);
  assert.deepStrictEqual(await next(inbox), { data: text, binary: false });
}

const withEcho = (body) => withReceiver('demo', ['--echo'], body);

check('1 B to 32 MiB come back', () =>
  withEcho(async () => {
    for (const size of SIZES) {
      await withRaw((ws, inbox) => assertBytes(ws, inbox, randomBytes(size)));
    }
  }));

for (const [what, text] of TEXTS) {
  check(`${what} comes back as one message`, () =>
    withEcho(() => withRaw((ws, inbox) => assertText(ws, inbox, text))));
}

// DESIGN section 8: our tools do not send an empty message.
check('an empty message disturbs nothing', () =>
  withEcho(() => withRaw(async (ws, inbox) => {
    ws.send('');
    ws.send(Buffer.alloc(0));
    await assertText(ws, inbox, 'after');
  })));

check('1,000 messages in order', () =>
  withEcho(() => withRaw(async (ws, inbox) => {
    const texts = numbers(MESSAGES, 'message');
    texts.forEach((text) => ws.send(text));
    for (const text of texts) {
      assert.strictEqual((await next(inbox)).data, text);
    }
  })));

check('100 connections at once', () =>
  withEcho(async () => {
    let waiting = CONNECTIONS;
    let open;
    const allOpen = new Promise((resolve) => { open = resolve; });
    await Promise.all(numbers(CONNECTIONS, 'connection').map((text) =>
      withRaw(async (ws, inbox) => {
        waiting -= 1;
        if (waiting === 0) open();
        await allOpen;
        await assertText(ws, inbox, text);
      })));
  }));

// RFC 7692 5: an extension that is not accepted is not in use.
check('permessage-deflate is offered and not accepted', () =>
  withEcho(() => withRaw(async (ws, inbox) => {
    assert.strictEqual(ws.extensions, '');
    await assertText(ws, inbox, 'a'.repeat(5000)); // it would be compressed
  }, { perMessageDeflate: { threshold: 0 } })));

for (const size of [0, 1, 125]) {
  check(`a ping of ${size} bytes is answered with the same bytes`, () =>
    withEcho(() => withRaw(async (ws, inbox) => {
      const payload = randomBytes(size);
      ws.ping(payload);
      const [data] = await once(ws, 'pong');
      assert.ok(data.equals(payload));
      await assertText(ws, inbox, 'after');
    })));
}

check('a ping between fragments is answered before the message ends', () =>
  withEcho(() => withRaw(async (ws, inbox) => {
    ws.send('one, ', { fin: false });
    ws.ping('now');
    const [data] = await once(ws, 'pong');
    assert.strictEqual(data.toString(), 'now');
    ws.send('two', { fin: true });
    assert.strictEqual((await next(inbox)).data, 'one, two');
  })));

check('a text in fragments of one byte comes back whole', () =>
  withEcho(() => withRaw(async (ws, inbox) => {
    const text = 'aé€🧀'.repeat(1000);
    const bytes = Buffer.from(text);
    for (let i = 0; i < bytes.length; i += 1) {
      ws.send(bytes.subarray(i, i + 1),
        { binary: false, fin: i + 1 === bytes.length });
    }
    assert.deepStrictEqual(await next(inbox), { data: text, binary: false });
  })));

for (const [code, text] of [[1000, ''], [3000, 'three'], [4999, 'Käse']]) {
  check(`the receiver sees close code ${code}`, () =>
    withEcho((receiver) => withRaw(async (ws) => {
      ws.close(code, text);
      await once(ws, 'close');
      await receiver.says(new RegExp(`closed: ${code} ${text}`));
    })));
}

check('a Close without a code is 1005 at the receiver', () =>
  withEcho((receiver) => withRaw(async (ws) => {
    ws.close();
    await once(ws, 'close');
    await receiver.says(/closed: 1005 /);
  })));

check('a refusal has status and words', async () => {
  const ws = dial(sendUri('demo'));
  const [, response] = await once(ws, 'unexpected-response');
  response.resume();
  assert.strictEqual(response.statusCode, 404);
  assert.match(response.statusMessage, /no listeners connected/);
  ws.on('error', () => {});
  ws.terminate();
});

// Takes the senders that come on a control channel and runs serve with each.
async function withRawListener(serve, body) {
  const control = dial(listenUri('demo'), { perMessageDeflate: false });
  control.on('message', (data) => {
    const { accept } = JSON.parse(data);
    const ws = new WebSocket(accept.address);
    ws.on('open', () => serve(ws));
  });
  await withOpened(control, body);
}

check('our sender takes a text in fragments with pings between', () => {
  const serve = async (ws) => {
    ws.send('Hel', { fin: false });
    ws.ping('p');
    const [data] = await once(ws, 'pong');
    ws.send('lo ', { fin: false });
    ws.send(data, { binary: false, fin: true });
    ws.close(1000);
  };
  return withRawListener(serve, async () => {
    const { status, out, err } =
      await runSender('demo', ['--text', '-q', '-1'], '');
    assert.deepStrictEqual([status, out.toString(), err], [0, 'Hello p\n', '']);
  });
});

check('our sender fails on a close code that means failure', () =>
  withRawListener((ws) => ws.close(1011, 'broken'), async () => {
    const { status, err } = await runSender('demo', ['-q', '-1'], '');
    assert.strictEqual(status, 1);
    assert.match(err, /1011 broken/);
  }));

check('our sender is told what a listener rejected it with', async () => {
  const control = dial(listenUri('demo'));
  control.on('message', (data) => {
    const { accept } = JSON.parse(data);
    const ws = new WebSocket(`${accept.address}&sb-hc-statusCode=451` +
      '&sb-hc-statusDescription=not%20here');
    ws.on('error', () => {});
    ws.on('unexpected-response', (request, response) => {
      assert.strictEqual(response.statusCode, 410);
      response.resume();
    });
  });
  await withOpened(control, async () => {
    const { status, err } = await runSender('demo', [], 'x');
    assert.strictEqual(status, 1);
    assert.match(err, /451 not here/);
  });
});

// What stands on the wire of a listener that breaks the rules.
check('our sender tells a breach of the protocol', () => {
  const serve = (ws) => ws._socket.write(Buffer.from([0xc1, 0x80, 0, 0, 0, 0]));
  return withRawListener(serve, async () => {
    const { status } = await runSender('demo', ['-q', '-1'], '');
    assert.strictEqual(status, 1); // the relay cuts it off
  });
});
