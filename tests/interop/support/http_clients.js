// Four HTTP clients, which answer alike: ask(path, { method, headers, body,
// chunked }) gives { status, reason, headers, body }. Headers are pairs of name
// and value, body is a Buffer, sent with its length or chunked.
'use strict';

const { spawn } = require('node:child_process');
const fs = require('node:fs');
const { once } = require('node:events');
const os = require('node:os');
const path = require('node:path');
const { defer } = require('./case');
const { WHERE_TO } = require('./hyco');
const { HOST, readAll, sdk } = require('./hyco_https');

const AT = `https://${HOST}:${process.env.RELAY_PORT}`;

function pairs(raw) {
  return raw.flatMap((name, i) => (i % 2 === 0 ? [[name, raw[i + 1]]] : []));
}

async function askSdk(target, options = {}) {
  const { method = 'GET', headers = [], body, chunked, agent } = options;
  const req = sdk.request({
    host: HOST, port: process.env.RELAY_PORT, method, path: target, agent,
  });
  for (const name of new Set(headers.map(([each]) => each))) {
    req.setHeader(name, headers.filter(([each]) => each === name)
      .map(([, value]) => value));
  }
  if (body && !chunked) req.setHeader('Content-Length', body.length);
  if (body) req.write(body);
  req.end();
  const [res] = await once(req, 'response');
  return {
    status: res.statusCode,
    reason: res.statusMessage,
    headers: pairs(res.rawHeaders),
    body: await readAll(res),
    socket: req.socket,
  };
}

async function askFetch(target, options = {}) {
  const { method = 'GET', headers = [], body, chunked } = options;
  const res = await fetch(AT + target, {
    method,
    headers,
    body: chunked ? new Blob([body]).stream() : body,
    duplex: 'half',
  });
  return {
    status: res.status,
    reason: res.statusText,
    headers: [...res.headers],
    body: Buffer.from(await res.arrayBuffer()),
  };
}

// What curl -i and hyco request -i write.
function takeApart(bytes) {
  const end = bytes.indexOf('\r\n\r\n');
  const [first, ...lines] = bytes.subarray(0, end).toString().split('\r\n');
  const [, status, reason] = /^HTTP\/1.1 (\d+) ?(.*)$/.exec(first);
  const headers = lines.map((line) => /^(.*?): ?(.*)$/.exec(line).slice(1));
  return { status: Number(status), reason, headers,
    body: bytes.subarray(end + 4) };
}

async function run(command, args, body) {
  const child = spawn(command, args);
  defer(() => child.kill('SIGKILL'));
  child.stdin.on('error', () => {}); // it ended before its input
  child.stdin.end(body);
  const [out, err, [status]] = await Promise.all(
    [readAll(child.stdout), readAll(child.stderr), once(child, 'close')]);
  if (status !== 0) throw new Error(`${command}: ${status}: ${err}`);
  return takeApart(out);
}

function askCurl(target, options = {}) {
  const { method = 'GET', headers = [], body, chunked } = options;
  const framing = chunked ? [['Transfer-Encoding', 'chunked']] : [];
  return run('curl', [
    '-sS', '--cacert', process.env.NODE_EXTRA_CA_CERTS, AT + target,
    ...(method === 'HEAD' ? ['-I'] : ['-i', '-X', method]),
    ...(body ? ['--data-binary', '@-', '-H', 'Expect:'] : []),
    ...[...headers, ...framing].flatMap(([name, value]) =>
      ['-H', `${name}: ${value}`]),
  ], body);
}

function fileOf(body) {
  const dir = fs.mkdtempSync(path.join(os.tmpdir(), 'hyco-body-'));
  defer(() => fs.rmSync(dir, { recursive: true }));
  fs.writeFileSync(path.join(dir, 'body'), body);
  return path.join(dir, 'body');
}

// The token is the key's, always. A file has a length, a pipe is sent in chunks.
function askHyco(target, options = {}) {
  const { method = 'GET', headers = [], body, chunked } = options;
  const file = body && (chunked ? '-' : fileOf(body));
  return run(process.env.HYCO, [
    'request', '-i', '-X', method, ...WHERE_TO, target.slice(1),
    ...(body ? ['--data-file', file] : []),
    ...headers.flatMap(([name, value]) => ['-H', `${name}: ${value}`]),
  ], body);
}

const CLIENTS = {
  'hyco-https': askSdk,
  fetch: askFetch,
  curl: askCurl,
  'hyco request': askHyco,
};

// Answers that are read as they come: { stream, leave } for a GET; stream
// iterates over bytes and throws if the answer breaks off, leave() goes away.

async function openSdk(target) {
  const req = sdk.request({
    host: HOST, port: process.env.RELAY_PORT, path: target, agent: false,
  });
  req.on('error', () => {}); // the answer says it
  req.end();
  const [res] = await once(req, 'response');
  return { stream: res, leave: () => req.destroy() };
}

async function openFetch(target) {
  const controller = new AbortController();
  const res = await fetch(AT + target, { signal: controller.signal });
  return { stream: res.body, leave: () => controller.abort() };
}

// Its output, and that it ends well.
async function* outputOf(child) {
  const closed = once(child, 'close');
  const text = readAll(child.stderr);
  yield* child.stdout;
  const [status, signal] = await closed;
  if (status !== 0) {
    const why = (await text).toString();
    throw Object.assign(new Error(why), { status: status ?? signal });
  }
}

function openProcess(command, args) {
  const child = spawn('setpriv', ['--pdeathsig', 'KILL', command, ...args],
    { stdio: ['ignore', 'pipe', 'pipe'] });
  defer(() => child.kill('SIGKILL'));
  return { stream: outputOf(child), leave: () => child.kill('SIGKILL') };
}

function openCurl(target, args = []) {
  return openProcess('curl', ['-sS', '-N', '--cacert',
    process.env.NODE_EXTRA_CA_CERTS, AT + target, ...args]);
}

function openHyco(target) {
  return openProcess(process.env.HYCO,
    ['request', ...WHERE_TO, target.slice(1)]);
}

const STREAMS = {
  'hyco-https': openSdk,
  fetch: openFetch,
  'curl -N': openCurl,
  'hyco request': openHyco,
};

// The SDK's POST whose body has begun.
function openBody(target) {
  const req = sdk.request({
    host: HOST, port: process.env.RELAY_PORT, path: target, agent: false,
    method: 'POST',
  });
  req.write('some');
  return req;
}

// All values of a header, in order.
function all(answer, wanted) {
  return answer.headers.filter(([name]) => name.toLowerCase() === wanted)
    .map(([, value]) => value);
}

module.exports = { CLIENTS, STREAMS, all, askSdk, openBody, openCurl };
