// One side of an HTTP request goes away: senders amid an answer or a body, and
// the receiver amid an answer and before one.
'use strict';

const assert = require('node:assert');
const { once } = require('node:events');
const { check } = require('./support/case');
const { withApp } = require('./support/hyco');
const {
  CLIENTS, STREAMS, all, askSdk, openBody, openCurl,
} = require('./support/http_clients');

const DROPPED = 1120; // HYCO_EDROPPED

async function checkIsTold(app) {
  await app.says(/^cancelled 1 \d+$/m);
  assert.match(app.err, new RegExp(`^cancelled 1 ${DROPPED}$`, 'm'));
  assert.strictEqual((await askSdk('/open/echo')).status, 200);
}

async function kill(app) {
  app.process.kill('SIGKILL');
  assert.strictEqual(await app.status(), 'SIGKILL');
}

// An iterator over the answer, once its beginning has come.
async function begun({ stream }) {
  const iterator = stream[Symbol.asyncIterator]();
  const { value } = await iterator.next();
  assert.strictEqual(Buffer.from(value).toString(), 'begun');
  return iterator;
}

for (const [client, open] of Object.entries(STREAMS)) {
  check(`${client} goes away amid an answer: the application is told`, () =>
    withApp('open', async (app) => {
      const answer = await open('/open/stall');
      const iterator = await begun(answer);
      iterator.next().catch(() => {}); // its end is no matter here
      answer.leave();
      await checkIsTold(app);
    }));

  check(`${client}: an answer that is cut has no end`, () =>
    withApp('open', async (app) => {
      const iterator = await begun(await open('/open/stall'));
      await kill(app);
      await assert.rejects(iterator.next());
    }, 'SIGKILL'));
}

// Without chunks the end of such an answer is that of the connection.
check('an HTTP/1.0 answer that is cut has no end', () =>
  withApp('open', async (app) => {
    const iterator = await begun(await openCurl('/open/stall', ['-0']));
    await kill(app);
    await assert.rejects(iterator.next(), { status: 56 });
  }, 'SIGKILL'));

check('a sender that goes away amid its body: the application is told', () =>
  withApp('open', async (app) => {
    const req = openBody('/open/hold');
    req.on('error', () => {});
    await app.says(/^request 1 /m);
    req.destroy();
    await checkIsTold(app);
  }));

check('a receiver that is killed amid a body: 502', () =>
  withApp('open', async (app) => {
    const req = openBody('/open/hold');
    const answered = once(req, 'response');
    await app.says(/^request 1 /m);
    await kill(app);
    const [res] = await answered;
    assert.strictEqual(res.statusCode, 502);
    req.destroy();
  }, 'SIGKILL'));

// One that is killed with requests of its control channel is waited for for 5 s.
check('a receiver that is killed before its answers: 502', () =>
  withApp('open', async (app) => {
    const asked = Object.values(CLIENTS).flatMap((ask) =>
      [ask('/open/hold'), ask('/open/hold', {
        method: 'POST', body: Buffer.from('in chunks'), chunked: true,
      })]);
    await app.says(new RegExp(`^request ${asked.length} `, 'm'));
    await kill(app);
    for (const answer of await Promise.all(asked)) {
      assert.strictEqual(answer.status, 502);
      assert.deepStrictEqual(all(answer, 'via'), []); // the relay's own
    }
  }, 'SIGKILL'));
