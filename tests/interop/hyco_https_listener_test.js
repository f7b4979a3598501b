// Microsoft's HTTP listener (hyco-https) behind the relay, asked by Node's own
// client and by curl.
'use strict';

const assert = require('node:assert');
const https = require('node:https');
const { spawn } = require('node:child_process');
const { once } = require('node:events');
const { check, defer } = require('./support/case');
const {
  HOST, echo, entityToken, readAll, startListener,
} = require('./support/hyco_https');

const SIZES = [1, 65535, 65536, 65537, 1 << 20];

function newAgent() {
  const agent = new https.Agent({ keepAlive: true, maxSockets: 1 });
  defer(() => agent.destroy());
  return agent;
}

async function ask(method, path, options = {}) {
  const req = https.request({
    host: HOST, port: process.env.RELAY_PORT, method, path, ...options,
  });
  for (const part of options.parts ?? []) req.write(part);
  req.end();
  const [res] = await once(req, 'response');
  return { res, body: await readAll(res), reused: req.reusedSocket };
}

function sample(size) {
  return Buffer.from(Array.from({ length: size }, (_, i) => i % 251));
}

for (const method of ['DELETE', 'GET', 'OPTIONS', 'PATCH', 'POST', 'PUT']) {
  check(`${method} is answered`, async () => {
    await startListener('open', echo);
    const { res, body } = await ask(method, '/open/sub?x=1&sb-hc-id=y');
    assert.strictEqual(res.statusCode, 200);
    assert.strictEqual(res.headers['x-method'], method);
    assert.strictEqual(res.headers['x-url'], '/open/sub?x=1');
    assert.match(res.headers.via, /127\.0\.0\.1/);
    assert.strictEqual(body.length, 0);
  });
}

for (const code of [204, 304]) {
  check(`${code} has no body, and the next request is answered`, async () => {
    await startListener('open', (req, res) => {
      res.statusCode = code;
      res.end();
    });
    const agent = newAgent();
    for (let i = 0; i < 3; i += 1) {
      const { res, reused } = await ask('GET', '/open', { agent });
      assert.strictEqual(res.statusCode, code);
      assert.strictEqual(reused, i > 0);
    }
  });
}

for (const size of SIZES) {
  check(`${size} bytes come back, with a length and chunked`, async () => {
    await startListener('open', echo);
    const agent = newAgent();
    const parts = [sample(size)];
    const headers = { 'Content-Length': size };
    const whole = await ask('POST', '/open', { agent, headers, parts });
    assert.ok(whole.body.equals(parts[0]));
    const chunked = await ask('POST', '/open', { agent, parts });
    assert.ok(chunked.body.equals(parts[0]));
    const small = await ask('GET', '/open', { agent });
    assert.strictEqual(small.res.statusCode, 200);
    assert.ok(small.reused);
  });
}

// spec hybrid-connections.md 9.8: it neither closes nor reads that rendezvous.
check('a long answer is followed by others on one connection', async () => {
  await startListener('open', (req, res) =>
    res.end(sample(req.url === '/open/long' ? 1 << 20 : 5)));
  const agent = newAgent();
  for (let i = 0; i < 4; i += 1) {
    const long = i % 2 === 0;
    const { body, reused } =
      await ask('GET', long ? '/open/long' : '/open', { agent });
    assert.strictEqual(body.length, long ? 1 << 20 : 5);
    assert.strictEqual(reused, i > 0);
  }
});

check('curl gets its answer, after 100 Continue too', async () => {
  await startListener('open', echo);
  const curl = spawn('curl', [
    '-sS', '--cacert', process.env.NODE_EXTRA_CA_CERTS, '--data-binary', '@-',
    '-H', 'Expect: 100-continue',
    `https://${HOST}:${process.env.RELAY_PORT}/open`,
  ]);
  defer(() => curl.kill('SIGKILL'));
  curl.stdin.end(sample(1 << 20));
  const [out, err] = await Promise.all(
    [readAll(curl.stdout), readAll(curl.stderr)]);
  assert.strictEqual(err.toString(), '');
  assert.ok(out.equals(sample(1 << 20)));
});

check('the entity demands a token', async () => {
  await startListener('demo', echo);
  const refused = await ask('GET', '/demo');
  assert.strictEqual(refused.res.statusCode, 401);
  assert.strictEqual(refused.res.headers.via, undefined);
  const headers = { ServiceBusAuthorization: entityToken('demo') };
  const { res } = await ask('GET', '/demo', { headers });
  assert.strictEqual(res.statusCode, 200);
});
