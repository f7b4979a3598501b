// A relay of the test's own, that it can stop and start again.
'use strict';

const assert = require('node:assert');
const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');
const { spawn } = require('node:child_process');
const { once } = require('node:events');
const { defer } = require('./case');

const LIMIT_MS = 20000;

// A copy of the state of the relay that runs already: Node reads its trusted
// CAs when it starts, so it must be the same CA.
function copyOfState() {
  const dir = fs.mkdtempSync(path.join(os.tmpdir(), 'hyco-relay-'));
  defer(() => fs.rmSync(dir, { recursive: true }));
  const original = path.dirname(process.env.RELAY_CONNECTION_STRING);
  fs.cpSync(original, path.join(dir, 'state'), { recursive: true });
  return dir;
}

// Nothing else of this process runs meanwhile.
function waitSync(condition) {
  const clock = new Int32Array(new SharedArrayBuffer(4));
  const end = Date.now() + LIMIT_MS;
  while (!condition()) {
    assert.ok(Date.now() < end, `not within ${LIMIT_MS} ms: ${condition}`);
    Atomics.wait(clock, 0, 0, 10);
  }
}

// Gone, or only waiting for us to notice.
function isOver(pid) {
  try {
    return /\) Z /.test(fs.readFileSync(`/proc/${pid}/stat`, 'utf8'));
  } catch {
    return true;
  }
}

class Relay {
  constructor() {
    this.dir = copyOfState();
    this.port = 0;
    this.start();
  }

  // Returns when it is ready; on the same port each time.
  start() {
    if (this.process) waitSync(() => isOver(this.process.pid));
    const output = path.join(this.dir, 'output');
    const out = fs.openSync(output, 'w');
    this.process = spawn('setpriv', ['--pdeathsig', 'KILL', process.env.HYCO,
      'relay', '--dir', path.join(this.dir, 'state'),
      '--listen', `127.0.0.1:${this.port}`],
    { stdio: ['ignore', out, 'inherit'] });
    fs.closeSync(out);
    const relay = this.process;
    defer(() => relay.kill('SIGKILL'));
    let ready = null;
    waitSync(() => {
      ready = /^ready .*:(\d+)$/m.exec(fs.readFileSync(output, 'utf8'));
      return ready !== null || isOver(relay.pid);
    });
    assert.ok(ready, 'the relay did not start');
    this.port = Number(ready[1]);
  }

  // Asks it to end, or kills it; its exit status.
  async stop(signal) {
    const exit = once(this.process, 'exit');
    this.process.kill(signal);
    const [status] = await exit;
    return status;
  }
}

module.exports = { Relay };
