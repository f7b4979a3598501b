// Our parties as processes: the command hyco, and an HTTP application
// (tests/e2e/http_app.c).
'use strict';

const assert = require('node:assert');
const { spawn } = require('node:child_process');
const { once } = require('node:events');
const { defer } = require('./case');

const WHERE_TO = [
  '-c', `@${process.env.RELAY_CONNECTION_STRING}`,
  '--ca', process.env.NODE_EXTRA_CA_CERTS,
];

class Party {
  constructor(args, words = [process.env.HYCO, ...args, ...WHERE_TO]) {
    // It must not outlive us, whatever happens.
    this.process = spawn('setpriv', ['--pdeathsig', 'KILL', ...words]);
    this.out = [];
    this.err = '';
    this.process.stdout.on('data', (data) => this.out.push(data));
    this.process.stderr.setEncoding('utf8');
    this.process.stderr.on('data', (text) => { this.err += text; });
    this.process.stdin.on('error', () => {}); // it ended before its input
    this.closed = once(this.process, 'close');
    defer(() => this.process.kill('SIGKILL'));
  }

  // Until its standard error has a line like this.
  async says(pattern) {
    while (!pattern.test(this.err)) {
      const over = await Promise.race([
        once(this.process.stderr, 'data').then(() => false),
        this.closed.then(() => true),
      ]);
      assert.ok(!over || pattern.test(this.err),
        `no ${pattern} in:\n${this.err}`);
    }
  }

  // Asks it to end, once: a second signal is not asked for but obeyed.
  stop() {
    if (!this.process.killed) this.process.kill('SIGTERM');
  }

  // Its exit status.
  async status() {
    const [status, signal] = await this.closed;
    return status ?? signal;
  }
}

// Runs body with a receiver that waits at the entity.
async function withReceiver(entity, args, body) {
  const receiver = new Party(['listen', entity, '-v', ...args]);
  await receiver.says(/^listening /m);
  await body(receiver);
  receiver.stop();
  assert.strictEqual(await receiver.status(), 0, receiver.err);
}

// Runs body with an HTTP application at the entity, which ends so.
async function withApp(entity, body, end = 0) {
  const app = new Party([], [process.env.HTTP_APP,
    process.env.RELAY_CONNECTION_STRING, process.env.NODE_EXTRA_CA_CERTS,
    entity]);
  await app.says(/^listening$/m);
  await body(app);
  app.stop();
  assert.strictEqual(await app.status(), end, app.err);
}

// Runs hyco connect with this input, and says how it ended.
async function runSender(target, args, input) {
  const sender = new Party(['connect', target, ...args]);
  sender.process.stdin.end(input);
  const status = await sender.status();
  return { status, out: Buffer.concat(sender.out), err: sender.err };
}

module.exports = { WHERE_TO, runSender, withApp, withReceiver };
