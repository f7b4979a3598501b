// hyco_https_server.js ENTITY: Microsoft's HTTP listener; job.h says what each
// path gives (echo and events). HYCO_CONNECTION_STRING says where to.
'use strict';

const sdk = require('hyco-https');
const { listenOptions } = require('./hyco_listen_options.js');

const EVENT_MS = 10;

function echo(req, res) {
  const parts = [];
  req.on('data', (part) => parts.push(part));
  req.on('end', () => res.end(Buffer.concat(parts)));
}

function events(res, n) {
  const send = () => {
    const now = process.hrtime.bigint();
    res.write(`${now.toString(16).padStart(16, '0')}\n`);
    n -= 1;
    if (n > 0) return;
    clearInterval(timer);
    res.end();
  };
  const timer = setInterval(send, EVENT_MS);
  send();
}

function serve(req, res) {
  const match = /\/events\/(\d+)/.exec(req.url);
  if (match) events(res, Number(match[1]));
  else echo(req, res);
}

const server = sdk.createRelayedServer(
  listenOptions(sdk, process.argv[2]), serve);
server.on('listening', () => console.log('listening'));
server.on('error', (error) => {
  console.error(error);
  process.exit(1);
});
server.listen();
