// Chromium without a window, driven by its DevTools protocol over a pipe: JSON
// with a NUL behind each message, in on descriptor 3 and out on 4.
'use strict';

const assert = require('node:assert');
const fs = require('node:fs');
const path = require('node:path');
const { spawn } = require('node:child_process');
const { once } = require('node:events');

const NAMES = ['chromium-headless-shell', 'chromium-shell', 'chromium'];

function executable() {
  for (const name of NAMES)
    for (const dir of process.env.PATH.split(':'))
      if (fs.existsSync(path.join(dir, name))) return path.join(dir, name);
  throw new Error(`none of ${NAMES.join(', ')} is installed`);
}

class Browser {
  // home: where it keeps everything, and looks for trusted authorities
  // (.pki/nssdb).
  constructor(home) {
    const args = ['--pdeathsig', 'KILL', executable(), '--headless',
      '--remote-debugging-pipe', `--user-data-dir=${path.join(home, 'data')}`,
      '--no-sandbox', '--disable-gpu', '--disable-dev-shm-usage',
      '--no-first-run', '--disable-background-networking',
      '--disable-component-update', '--disable-sync',
      // nothing but the loopback is there
      '--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1'];
    this.process = spawn('setpriv', args, {
      env: { PATH: process.env.PATH, HOME: home, TMPDIR: home },
      stdio: ['ignore', 'ignore', 'ignore', 'pipe', 'pipe'],
    });
    this.exit = once(this.process, 'exit');
    this.in = this.process.stdio[3];
    this.rest = '';
    this.calls = new Map();
    this.waiting = []; // for events
    this.n = 0;
    this.in.on('error', () => {});
    this.process.stdio[4].setEncoding('utf8');
    this.process.stdio[4].on('data', (text) => this.take(text));
    this.process.stdio[4].on('close', () => this.giveUp());
  }

  giveUp() {
    for (const { reject } of [...this.calls.values(), ...this.waiting])
      reject(new Error('the browser is gone'));
  }

  take(text) {
    const messages = (this.rest + text).split('\0');
    this.rest = messages.pop();
    for (const message of messages) this.dispatch(JSON.parse(message));
  }

  dispatch({ id, result, error, method, params, sessionId }) {
    if (id === undefined) {
      const isWanted = (w) => w.method === method && w.session === sessionId;
      for (const w of this.waiting.filter(isWanted)) w.resolve(params);
      this.waiting = this.waiting.filter((w) => !isWanted(w));
      return;
    }
    const call = this.calls.get(id);
    this.calls.delete(id);
    if (error) call.reject(new Error(`${call.method}: ${error.message}`));
    else call.resolve(result);
  }

  call(method, params = {}, sessionId = undefined) {
    const id = ++this.n;
    return new Promise((resolve, reject) => {
      this.calls.set(id, { method, resolve, reject });
      this.in.write(`${JSON.stringify({ id, method, params, sessionId })}\0`);
    });
  }

  event(method, session) {
    return new Promise((resolve, reject) => {
      this.waiting.push({ method, session, resolve, reject });
    });
  }

  async newPage() {
    const { targetId } =
      await this.call('Target.createTarget', { url: 'about:blank' });
    const { sessionId } = await this.call('Target.attachToTarget',
      { targetId, flatten: true });
    await this.call('Page.enable', {}, sessionId);
    return new Page(this, sessionId);
  }

  async close() {
    this.call('Browser.close').catch(() => {}); // it may not live to answer
    await this.exit;
  }
}

class Page {
  constructor(browser, session) {
    this.browser = browser;
    this.session = session;
  }

  // Until what the page is made of has been loaded, too.
  async loadedBy(act) {
    const loaded = this.browser.event('Page.loadEventFired', this.session);
    loaded.catch(() => {}); // act says more
    await act();
    await loaded;
  }

  // "" or why there is no page.
  async tryToOpen(url) {
    const { errorText } =
      await this.browser.call('Page.navigate', { url }, this.session);
    return errorText ?? '';
  }

  open(url) {
    return this.loadedBy(async () => {
      assert.strictEqual(await this.tryToOpen(url), '', url);
    });
  }

  // Runs the function in the page; what it returns, or its promise gives.
  async run(fn, ...args) {
    const texts = args.map((arg) => JSON.stringify(arg));
    const { result, exceptionDetails: wrong } =
      await this.browser.call('Runtime.evaluate', {
        expression: `(${fn})(${texts.join(', ')})`,
        awaitPromise: true,
        returnByValue: true,
      }, this.session);
    assert.ok(!wrong, wrong?.exception?.description ?? wrong?.text);
    return result.value;
  }
}

module.exports = { Browser };
