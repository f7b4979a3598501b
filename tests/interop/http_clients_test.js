// Four HTTP clients, Microsoft's hyco-https among them, ask two listeners,
// Microsoft's and ours, through the relay.
'use strict';

const assert = require('node:assert');
const { check } = require('./support/case');
const { withApp } = require('./support/hyco');
const {
  echo, entityToken, sdk, startListener,
} = require('./support/hyco_https');
const { CLIENTS, all, askSdk } = require('./support/http_clients');
const { MIB, bytes } = require('./support/samples');

const SIZES = [0, 1, 65535, 65536, 65537, MIB];
const METHODS = ['DELETE', 'GET', 'HEAD', 'OPTIONS', 'PATCH', 'POST', 'PUT'];

// Answers as http_app does at /head.
function answerHead(req, res) {
  res.statusCode = 201;
  res.statusMessage = 'Made here';
  res.setHeader('X-Empty', '');
  res.setHeader('X-Twice', 'one, two');
  res.setHeader('Set-Cookie', 'a=1'); // of several it sends one (spec 9.7)
  res.end(JSON.stringify(req.headers));
}

function serve(req, res) {
  if (/\/head($|\?)/.test(req.url)) answerHead(req, res);
  else echo(req, res);
}

const LISTENERS = {
  'hyco-https': async (entity, body) => {
    await startListener(entity, serve);
    await body();
  },
  ours: withApp,
};

function sameBytes(answer, body) {
  assert.strictEqual(answer.status, 200);
  assert.ok(answer.body.equals(body),
    `${answer.body.length} bytes for ${body.length}`);
}

function checkMethods(pair, withListener, ask) {
  check(`${pair}: each method reaches the listener`, () =>
    withListener('open', async () => {
      for (const method of METHODS) {
        const answer = await ask('/open/echo?x=%20&y', { method });
        assert.strictEqual(answer.status, 200, method);
        assert.deepStrictEqual(all(answer, 'x-method'), [method]);
        assert.strictEqual(answer.body.length, 0);
      }
    }));
}

function checkSizes(pair, withListener, ask, chunked) {
  const how = chunked ? 'chunked' : 'with a length';
  check(`${pair}, ${how}: ${SIZES.join(', ')} bytes come back`, () =>
    withListener('open', async () => {
      for (const size of SIZES) {
        const body = bytes(size);
        sameBytes(await ask('/open/echo', { method: 'POST', body, chunked }),
          body);
      }
    }));
}

function checkHeaders(pair, withListener, ask, cookies) {
  const headers = [['X-Many', 'a'], ['X-Many', 'b, c'], ['X-Word', '"q" \\ é']];

  check(`${pair}: headers go both ways, repeated ones too`, () =>
    withListener('open', async () => {
      const answer = await ask('/open/head', { headers });
      const asked = Object.fromEntries(Object.entries(JSON.parse(answer.body))
        .map(([name, value]) => [name.toLowerCase(), value]));
      assert.strictEqual(asked['x-many'], 'a, b, c');
      assert.strictEqual(asked['x-word'], headers[2][1]);
      assert.match(asked.host, /^127\.0\.0\.1:\d+$/);
      assert.deepStrictEqual([answer.status, answer.reason],
        [201, 'Made here']);
      assert.strictEqual(all(answer, 'x-twice').join(', '), 'one, two');
      assert.deepStrictEqual(all(answer, 'x-empty'), ['']);
      assert.deepStrictEqual(all(answer, 'set-cookie'), cookies);
      assert.strictEqual(all(answer, 'via').length, 1);
    }));
}

const TOKEN = entityToken('demo');
const WRONG_TOKEN = TOKEN.replace(/sig=[^&]*/, 'sig=AAAA');
const OWN = ['Authorization', 'Basic xyz'];

// Neither place of the token takes the application's Authorization away.
function checkTokens(pair, withListener, ask) {
  const uri = sdk.createRelayHttpsUri('h', 'demo/head?a=b', TOKEN, 'id1');

  check(`${pair}: the token is in a header or in the query`, () =>
    withListener('demo', async () => {
      for (const [target, headers, sees] of [
        ['/demo/head', [['ServiceBusAuthorization', TOKEN], OWN], true],
        [uri.slice('https://h'.length), [OWN], true],
        ['/demo/head', [['Authorization', TOKEN]], false],
      ]) {
        const answer = await ask(target, { headers });
        const body = answer.body.toString();
        assert.strictEqual(answer.status, 201);
        assert.strictEqual(body.includes('Basic xyz'), sees);
        assert.ok(!body.includes('SharedAccessSignature'));
      }
    }));

  check(`${pair}: without a token, or with a wrong one, 401`, () =>
    withListener('demo', async () => {
      const query = `sb-hc-token=${encodeURIComponent(WRONG_TOKEN)}`;
      for (const [target, headers] of [
        ['/demo/head', []],
        ['/demo/head', [OWN]],
        ['/demo/head', [['ServiceBusAuthorization', WRONG_TOKEN]]],
        [`/demo/head?${query}`, []],
      ]) {
        const answer = await ask(target, { headers });
        assert.strictEqual(answer.status, 401);
        assert.deepStrictEqual(all(answer, 'via'), []); // the relay's own
      }
    }));
}

for (const [listener, withListener] of Object.entries(LISTENERS)) {
  for (const [client, ask] of Object.entries(CLIENTS)) {
    const pair = `${client} to ${listener}`;
    checkMethods(pair, withListener, ask);
    checkSizes(pair, withListener, ask, false);
    checkSizes(pair, withListener, ask, true);
    checkHeaders(pair, withListener, ask,
      listener === 'ours' ? ['a=1', 'b=2; Path=/'] : ['a=1']);
    if (client !== 'hyco request') checkTokens(pair, withListener, ask);
  }
}

for (const chunked of [false, true]) {
  const how = chunked ? 'chunked' : 'with a length';
  check(`hyco-https to ours, ${how}: 64 MiB come back`, () =>
    withApp('open', async () => {
      const body = bytes(64 * MIB);
      sameBytes(await askSdk('/open/echo', { method: 'PUT', body, chunked }),
        body);
    }), 120000);
}

for (const [client, ask] of Object.entries(CLIENTS)) {
  check(`${client}: no listener is 502 of the relay`, async () => {
    const answer = await ask('/open/echo');
    assert.strictEqual(answer.status, 502);
    assert.deepStrictEqual(all(answer, 'via'), []);
  });
}
