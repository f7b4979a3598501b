// hyco_ws_echo.js ENTITY: Microsoft's listener, sending back what comes, as it
// came. HYCO_CONNECTION_STRING says where to.
'use strict';

const sdk = require('hyco-ws');
const { listenOptions } = require('./hyco_listen_options.js');

const server = sdk.createRelayedServer(
  listenOptions(sdk, process.argv[2]), (ws) => {
    ws.on('message', (data, { binary }) => ws.send(data, { binary }));
  });
server.on('listening', () => console.log('listening'));
server.on('error', (error) => {
  console.error(error);
  process.exit(1);
});
