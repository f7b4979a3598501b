// Microsoft's HTTP party: the hyco-https SDK, whose request() is a sender's and
// whose server is a listener's.
'use strict';

const { once } = require('node:events');
const sdk = require('hyco-https');
const { defer } = require('./case');

const HOST = '127.0.0.1';
const RULE = 'RootManageSharedAccessKey';

// A token of the relay's key for the entity.
function entityToken(entity) {
  return sdk.createRelayToken(`http://${HOST}/${entity}`, RULE,
    process.env.RELAY_KEY);
}

// The SDK knows no port but 443 (spec hybrid-connections.md 9).
function startListener(entity, handler) {
  const uri = sdk.createRelayListenUri(HOST, entity);
  const token = sdk.createRelayToken(uri, RULE, process.env.RELAY_KEY);
  const server = sdk.createRelayedServer(
    { server: uri.replace(':443/', `:${process.env.RELAY_PORT}/`), token },
    handler,
  );
  defer(() => server.close());
  server.on('error', () => {});
  const listening = once(server, 'listening');
  server.listen();
  return listening;
}

// The SDK's requests are no iterables.
function readAll(stream) {
  const parts = [];
  stream.on('data', (part) => parts.push(part));
  return new Promise((resolve, reject) => {
    stream.on('end', () => resolve(Buffer.concat(parts)));
    stream.on('error', reject);
  });
}

// Sends back what came.
async function echo(req, res) {
  const body = await readAll(req);
  res.setHeader('X-Method', req.method);
  res.setHeader('X-Url', req.url);
  if (body.length > 0) res.end(body);
  else res.end(); // an empty Buffer would never be sent (spec 9.6)
}

module.exports = { HOST, echo, entityToken, readAll, sdk, startListener };
