// Many HTTP requests to our receivers: over kept connections, to two receivers,
// and answers that flow.
'use strict';

const assert = require('node:assert');
const https = require('node:https');
const { check, defer } = require('./support/case');
const { withApp } = require('./support/hyco');
const { STREAMS, all, askSdk } = require('./support/http_clients');
const { bytes } = require('./support/samples');

const REQUESTS = 1000;
const CONNECTIONS = 50;
const SHARED = 100;
const EVENTS = 5; // of http_app
const LONG = 100000; // goes by rendezvous, both ways

function newAgent(maxSockets) {
  const agent = new https.Agent({ keepAlive: true, maxSockets });
  defer(() => agent.destroy());
  return agent;
}

// Number i, and that its answer is its own.
async function askNumber(i, agent) {
  const body = bytes(i % 50 === 0 ? LONG : i);
  const answer = await askSdk(`/open/echo?${i}`, {
    method: 'POST', headers: [['X-Own', `number ${i}`]], body, agent,
    chunked: i % 3 === 0,
  });
  assert.strictEqual(answer.status, 200);
  assert.deepStrictEqual(all(answer, 'x-target'), [`/open/echo?${i}`]);
  assert.deepStrictEqual(all(answer, 'x-own'), [`number ${i}`]);
  assert.ok(answer.body.equals(body));
  return answer.socket;
}

function askNumbers(n, agent) {
  return Promise.all(Array.from({ length: n }, (_, i) => askNumber(i, agent)));
}

check(`${REQUESTS} requests over ${CONNECTIONS} connections`, () =>
  withApp('open', async () => {
    const sockets = await askNumbers(REQUESTS, newAgent(CONNECTIONS));
    assert.strictEqual(new Set(sockets).size, CONNECTIONS);
  }), 120000);

function targetsOf(app) {
  return [...app.err.matchAll(/^request \d+ POST (.*)$/mg)]
    .map(([, target]) => target);
}

check('two receivers share the requests, each told once', () =>
  withApp('open', (first) => withApp('open', async (second) => {
    await askNumbers(SHARED, newAgent(10));
    await first.says(/^request /m);
    await second.says(/^request /m);
    first.stop();
    second.stop();
    await Promise.all([first.closed, second.closed]); // all is written
    const targets = [...targetsOf(first), ...targetsOf(second)];
    assert.strictEqual(targets.length, SHARED);
    assert.strictEqual(new Set(targets).size, SHARED);
  })));

// The application sends each event once the one before was acknowledged: an
// event that is held back would never come.
for (const [client, open] of Object.entries(STREAMS)) {
  check(`${client}: events come one by one`, () =>
    withApp('open', async () => {
      const { stream } = await open('/open/events?own');
      let text = '';
      let told = 0;
      for await (const part of stream) {
        text += Buffer.from(part).toString();
        if (!text.endsWith(`data: ${told + 1}\n\n`)) continue;
        told += 1;
        if (told === EVENTS) continue;
        const { status } = await askSdk('/open/ack?own');
        assert.strictEqual(status, 204);
      }
      assert.strictEqual(text, 'data: 1\n\ndata: 2\n\ndata: 3\n\ndata: 4\n\n'
        + 'data: 5\n\n');
    }));
}
