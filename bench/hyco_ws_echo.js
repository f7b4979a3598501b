// hyco_ws_echo.js ENTITY: Microsoft's listener, sending back what comes, as it
// came. HYCO_CONNECTION_STRING says where to.
'use strict';

const sdk = require('hyco-ws');

const parts = Object.fromEntries(
  process.env.HYCO_CONNECTION_STRING.split(';').filter(Boolean).map((part) => {
    const at = part.indexOf('=');
    return [part.slice(0, at), part.slice(at + 1)];
  }));
const { hostname, port } = new URL(parts.Endpoint.replace(/^sb:/, 'http:'));
const [entity] = process.argv.slice(2);
// The SDK knows no port but 443 (spec hybrid-connections.md 9).
const uri = sdk.createRelayListenUri(hostname, entity)
  .replace(':443/', `:${port}/`);
const token = sdk.createRelayToken(uri, parts.SharedAccessKeyName,
  parts.SharedAccessKey);

const server = sdk.createRelayedServer({ server: uri, token }, (ws) => {
  ws.on('message', (data, { binary }) => ws.send(data, { binary }));
});
server.on('listening', () => console.log('listening'));
server.on('error', (error) => {
  console.error(error);
  process.exit(1);
});
