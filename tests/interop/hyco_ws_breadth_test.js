// Sizes, order and numbers: hyco-ws in each role against ours, and both its own
// through our relay.
'use strict';

const assert = require('node:assert');
const { randomBytes } = require('node:crypto');
const { check } = require('./support/case');
const { runSender, withReceiver } = require('./support/hyco');
const {
  echo, echoBytes, next, nextBytes, withListener, withSender,
} = require('./support/hyco_ws');
const { MIB } = require('./support/samples');

const SIZES = [0, 1, 125, 126, 65535, 65536, 100000, 32 * MIB];
const MESSAGES = 1000;
const CONNECTIONS = 100;
const MANY_PROCESSES_MS = 150000; // it takes 12 s with sanitizers

const numbers = (n, what) =>
  Array.from({ length: n }, (_, i) => `${what} ${i}`);

// Each size on a connection of its own, then one more message, for an empty one
// is not sent back by hyco listen (DESIGN section 8).
async function assertSizes(ws, inbox, size) {
  const data = randomBytes(size);
  const after = Buffer.from('after');
  ws.send(data);
  ws.send(after);
  const came = await nextBytes(inbox, size + after.length);
  assert.ok(came.equals(Buffer.concat([data, after])), `${size} bytes`);
}

async function assertOrder(ws, inbox) {
  const texts = numbers(MESSAGES, 'message');
  texts.forEach((text) => ws.send(text));
  for (const text of texts) {
    assert.deepStrictEqual(await next(inbox), { data: text, binary: false });
  }
}

// All are open before any of them sends.
async function assertManyAtOnce() {
  let waiting = CONNECTIONS;
  let open;
  const allOpen = new Promise((resolve) => { open = resolve; });
  await Promise.all(numbers(CONNECTIONS, 'connection').map((text) =>
    withSender('demo', async (ws, inbox) => {
      waiting -= 1;
      if (waiting === 0) open();
      await allOpen;
      ws.send(text);
      assert.strictEqual((await next(inbox)).data, text);
    })));
}

const partners = [
  ['our receiver', (body) => withReceiver('demo', ['--echo'], body)],
  ['the SDK\'s listener', (body) => withListener('demo', {}, echo, body)],
];

for (const [who, withPartner] of partners) {
  check(`0 B to 32 MiB between the SDK's sender and ${who}`, () =>
    withPartner(async () => {
      for (const size of SIZES) {
        await withSender('demo', (ws, inbox) => assertSizes(ws, inbox, size));
      }
    }));

  check(`1,000 messages in order between the SDK's sender and ${who}`, () =>
    withPartner(() => withSender('demo', assertOrder)));

  check(`100 of the SDK's senders at once at ${who}`, () =>
    withPartner(assertManyAtOnce));
}

for (const size of SIZES.slice(1)) {
  check(`${size} B between our sender and the SDK's listener`, () =>
    withListener('demo', {}, echoBytes(size), async () => {
      const data = randomBytes(size);
      const { status, out, err } = await runSender('demo', ['-q', '-1'], data);
      assert.strictEqual(err, '');
      assert.strictEqual(status, 0);
      assert.ok(out.equals(data));
    }));
}

check('nothing at all from our sender to the SDK\'s listener', () =>
  withListener('demo', {}, echo, async () => {
    const { status, out, err } = await runSender('demo', [], '');
    assert.deepStrictEqual([status, out.length, err], [0, 0, '']);
  }));

check('1,000 messages in order from our sender to the SDK\'s listener', () => {
  const lines = numbers(MESSAGES, 'line').map((text) => `${text}\n`).join('');
  const len = lines.length - MESSAGES;
  return withListener('demo', {}, echoBytes(len), async () => {
    const { status, out } =
      await runSender('demo', ['--text', '-q', '-1'], lines);
    assert.strictEqual(status, 0);
    assert.strictEqual(out.toString(), lines);
  });
});

check('100 of our senders at once at the SDK\'s listener', () =>
  withListener('demo', {}, echo, async (server) => {
    // Each stays until all have come: the listener then closes.
    let left = CONNECTIONS;
    server.on('connection', (ws) => ws.on('message', () => {
      left -= 1;
      if (left === 0) [...server.clients].forEach((client) => client.close());
    }));
    await Promise.all(numbers(CONNECTIONS, 'sender').map(async (text) => {
      const { status, out } =
        await runSender('demo', ['--text', '-q', '-1'], `${text}\n`);
      assert.strictEqual(status, 0);
      assert.strictEqual(out.toString(), `${text}\n`);
    }));
  }), MANY_PROCESSES_MS);
