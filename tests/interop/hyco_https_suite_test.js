// The test suite that comes with Microsoft's hyco-https, unedited, its own
// listener and sender through our relay on port 443. It is written for jest; of
// that it needs what is here.
'use strict';

const assert = require('node:assert');
const fs = require('node:fs');
const https = require('node:https');
const path = require('node:path');
const { test } = require('node:test');
const { check } = require('./support/case');

const SUITE = path.join(path.dirname(require.resolve('hyco-https')), 'tests');
const FILES = fs.readdirSync(SUITE).filter((name) => name.endsWith('.test.js'));

Object.assign(process.env, {
  SB_HC_NAMESPACE: '127.0.0.1',
  SB_HC_PATH: 'demo',
  SB_HC_KEYRULE: 'RootManageSharedAccessKey',
  SB_HC_KEY: process.env.RELAY_KEY,
});

// As in the Node of its time: a kept connection would lead each case to the
// listener of the case before, whose rendezvous stay open.
https.globalAgent = new https.Agent({ keepAlive: false });

let cases = 0;

Object.assign(global, {
  describe: (name, body) => body(),
  expect: (value) => ({
    toBe: (wanted) => assert.strictEqual(value, wanted),
    toBeDefined: () => assert.notStrictEqual(value, undefined),
    toBeUndefined: () => assert.strictEqual(value, undefined),
  }),
  jest: {
    clearAllTimers() {}, // it sets none
    setTimeout() {}, // check() has one that suits slow machines
  },
  test(name, body) {
    cases += 1;
    check(name, () => new Promise((resolve) => { body(resolve); }));
  },
});

for (const file of FILES) require(path.join(SUITE, file));

test('the suite was here', () => {
  assert.deepStrictEqual(FILES, ['chunkedpost.test.js', 'get.test.js',
    'pipe.test.js', 'post.test.js']);
  assert.strictEqual(cases, 39);
});
