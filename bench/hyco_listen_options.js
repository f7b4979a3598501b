// What both of Microsoft's listeners are told: where HYCO_CONNECTION_STRING
// says.
'use strict';

exports.listenOptions = (sdk, entity) => {
  const parts = Object.fromEntries(
    process.env.HYCO_CONNECTION_STRING.split(';').filter(Boolean)
      .map((part) => {
        const at = part.indexOf('=');
        return [part.slice(0, at), part.slice(at + 1)];
      }));
  const { hostname, port } =
    new URL(parts.Endpoint.replace(/^sb:/, 'http:'));
  // The SDKs know no port but 443 (spec hybrid-connections.md 9).
  const server = sdk.createRelayListenUri(hostname, entity)
    .replace(':443/', `:${port}/`);
  const token = sdk.createRelayToken(server, parts.SharedAccessKeyName,
    parts.SharedAccessKey);
  return { server, token };
};
