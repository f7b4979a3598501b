// Microsoft's parties: the hyco-ws SDK in both roles.
'use strict';

const { on, once } = require('node:events');
const sdk = require('hyco-ws');
const { defer } = require('./case');

const HOST = '127.0.0.1';
const RULE = 'RootManageSharedAccessKey';

// The SDK knows no port but 443 (spec hybrid-connections.md 9).
function atPort(uri) {
  return uri.replace(':443/', `:${process.env.RELAY_PORT}/`);
}

function sendUri(entity, token) {
  return atPort(sdk.createRelaySendUri(HOST, entity, token));
}

function listenUri(entity, token) {
  return atPort(sdk.createRelayListenUri(HOST, entity, token));
}

function token(uri, key = process.env.RELAY_KEY) {
  return sdk.createRelayToken(uri, RULE, key);
}

function appendToken(uri) {
  return sdk.appendRelayToken(uri, RULE, process.env.RELAY_KEY);
}

// Runs body with an open connection and an iterator over what comes.
async function withOpened(ws, body) {
  defer(() => ws.terminate());
  const inbox = on(ws, 'message');
  await once(ws, 'open');
  await body(ws, inbox);
  ws.terminate();
}

// Runs body with a sender that is connected as the SDK's users do it.
function withSender(entity, body) {
  const uri = sendUri(entity);
  return withOpened(sdk.relayedConnect(uri, token(uri)), body);
}

// As withSender, with sub-protocols to offer.
function withProtocols(entity, protocols, body) {
  const uri = sendUri(entity);
  const headers = { ServiceBusAuthorization: token(uri) };
  return withOpened(new sdk(uri, protocols, { headers }), body);
}

// Runs body with this listener.
async function withServer(server, body) {
  defer(() => server.close());
  // It would connect again at once, and for ever.
  server.on('error', () => { server.closeRequested = true; });
  await once(server, 'listening');
  await body(server);
  const closed = once(server, 'close');
  server.close();
  await closed;
}

// Runs body with a listener whose connections go to onConnection.
function withListener(entity, options, onConnection, body) {
  const uri = listenUri(entity);
  const all = { server: uri, token: token(uri), ...options };
  return withServer(sdk.createRelayedServer(all, onConnection), body);
}

// The next message.
async function next(inbox) {
  const { value: [data, flags] } = await inbox.next();
  return { data, binary: Boolean(flags.binary) };
}

// The next len bytes of binary messages, whatever their boundaries.
async function nextBytes(inbox, len) {
  const parts = [];
  for (let have = 0; have < len; have += parts.at(-1).length) {
    const { data, binary } = await next(inbox);
    if (!binary) throw new Error(`text among the bytes: ${data}`);
    parts.push(data);
  }
  return Buffer.concat(parts);
}

// A connection handler that sends back what comes, as it came.
function echo(ws) {
  ws.on('message', (data, { binary }) => ws.send(data, { binary }));
}

// The same, and it closes once it has sent back so many bytes.
function echoBytes(len, code = 1000, text = '') {
  return (ws) => {
    let left = len;
    ws.on('message', (data, { binary }) => {
      ws.send(data, { binary });
      left -= Buffer.byteLength(data);
      if (left <= 0) ws.close(code, text);
    });
  };
}

module.exports = {
  appendToken, echo, echoBytes, listenUri, next, nextBytes, sdk, sendUri,
  token, withListener, withOpened, withProtocols, withSender, withServer,
};
