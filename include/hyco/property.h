/* The surface as one table: every property and setting of receivers and
 * senders is one row. The enumeration, the typed access, the text access
 * (config), `hyco listen --set` and `hyco properties` all come from it.
 *
 * Names are those of the AzureRelayReceiver class: snake_case for properties,
 * CamelCase for configuration settings (spec surface.tsv). */
#ifndef HYCO_PROPERTY_H
#define HYCO_PROPERTY_H

#include <hyco/export.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef enum {
  HYCO_TYPE_STRING,
  HYCO_TYPE_BOOL,
  HYCO_TYPE_INT,
  HYCO_TYPE_ENUM,
  HYCO_TYPE_BYTES
} hyco_property_type;

typedef enum {
  HYCO_ACCESS_RW,
  HYCO_ACCESS_R,
  HYCO_ACCESS_W
} hyco_property_access;

/* Whose row it is: of receivers and senders, of receivers only, of senders
 * only, or of one connection (by ConnectionId on a receiver; a sender is its
 * own connection). */
typedef enum {
  HYCO_SCOPE_BOTH,
  HYCO_SCOPE_RECEIVER,
  HYCO_SCOPE_SENDER,
  HYCO_SCOPE_CONNECTION
} hyco_property_scope;

/* When it may change: at any time, with effect from the next listen or
 * connect (the next renewal, for keys); or only while not listening and not
 * connected. */
typedef enum { HYCO_WHEN_ANY, HYCO_WHEN_IDLE } hyco_property_when;

typedef enum { HYCO_KIND_PROPERTY, HYCO_KIND_SETTING } hyco_property_kind;

/* XX(id, name, kind, type, access, scope, default, min, max, when, help)
 * min and max: values of INT and ENUM, bytes of STRING and BYTES; help names
 * the unit. */
/* clang-format off */
#define HYCO_PROPERTY_MAP(XX) \
  XX(ACCESS_KEY, "access_key", PROPERTY, STRING, RW, BOTH, "", 0, 256, ANY, \
     "Key of the shared access rule, as text. Secret: reads back as empty.") \
  XX(ACCESS_KEY_NAME, "access_key_name", PROPERTY, STRING, RW, BOTH, "", 0, \
     256, ANY, "Name of the shared access rule.") \
  XX(CONNECTED, "connected", PROPERTY, BOOL, R, BOTH, "false", 0, 1, ANY, \
     "Receiver: the control channel is up. Sender: the connection is open.") \
  XX(DEFAULT_TIMEOUT, "default_timeout", PROPERTY, INT, RW, RECEIVER, "0", 0, \
     86400, ANY, "Seconds: timeout that new connections start with.") \
  XX(FORWARDING_HOST, "forwarding_host", PROPERTY, STRING, RW, RECEIVER, "", \
     0, 253, ANY, \
     "With forwarding_port: each accepted connection is joined to a TCP " \
     "connection to this host.") \
  XX(FORWARDING_PORT, "forwarding_port", PROPERTY, INT, RW, RECEIVER, "0", 0, \
     65535, ANY, "Port of forwarding_host; 0: no forwarding.") \
  XX(HYBRID_CONNECTION, "hybrid_connection", PROPERTY, STRING, RW, BOTH, "", \
     0, 2048, IDLE, \
     "Name of the entity; a sender may add /suffix and ?query.") \
  XX(LISTENING, "listening", PROPERTY, BOOL, RW, RECEIVER, "false", 0, 1, \
     ANY, "Set it to start (blocking) or stop listening.") \
  XX(LOCAL_HOST, "local_host", PROPERTY, STRING, RW, BOTH, "", 0, 255, IDLE, \
     "Local address or interface to connect from; while connected it reads " \
     "as the address in use, unset as the name of this host.") \
  XX(NAMESPACE_ADDRESS, "namespace_address", PROPERTY, STRING, RW, BOTH, "", \
     0, 2048, IDLE, \
     "Host of the namespace, with or without sb:// and port (443).") \
  XX(CONNECTION_COUNT, "azure_relay_connection_count", PROPERTY, INT, R, \
     RECEIVER, "0", 0, INT32_MAX, ANY, "Connections that are open.") \
  XX(CONNECTION_ACCEPT_DATA, "azure_relay_connection_accept_data", PROPERTY, \
     BOOL, RW, CONNECTION, "true", 0, 1, ANY, \
     "false pauses reading; the peer feels it, nothing is lost.") \
  XX(CONNECTION_ADDRESS, "azure_relay_connection_address", PROPERTY, STRING, \
     R, CONNECTION, "", 0, 16384, ANY, "Rendezvous address that was used.") \
  XX(CONNECTION_BYTES_SENT, "azure_relay_connection_bytes_sent", PROPERTY, \
     INT, R, CONNECTION, "0", 0, INT64_MAX, ANY, \
     "Bytes that the last asynchronous send took.") \
  XX(CONNECTION_CONNECTED, "azure_relay_connection_connected", PROPERTY, \
     BOOL, RW, CONNECTION, "false", 0, 1, ANY, \
     "The connection is open; false closes it.") \
  XX(CONNECTION_CONNECT_HEADERS, "azure_relay_connection_connect_headers", \
     PROPERTY, STRING, R, CONNECTION, "{}", 0, 65535, ANY, \
     "The sender's headers, a JSON object.") \
  XX(CONNECTION_CONNECTION_ID, "azure_relay_connection_connection_id", \
     PROPERTY, INT, R, CONNECTION, "0", 0, INT32_MAX, ANY, \
     "Number of the connection, from 1; behind 2147483647 those that are " \
     "not in use come again.") \
  XX(CONNECTION_DATA_FORMAT, "azure_relay_connection_data_format", PROPERTY, \
     ENUM, RW, CONNECTION, "0", 0, 10, ANY, \
     "What data_to_send becomes: 0 text if it is UTF-8, else binary; 1 text, " \
     "2 binary, 9 ping, 10 pong.") \
  XX(CONNECTION_DATA_TO_SEND, "azure_relay_connection_data_to_send", \
     PROPERTY, BYTES, W, CONNECTION, "", 0, INT64_MAX, ANY, \
     "Setting it sends it.") \
  XX(CONNECTION_EXTENSIONS, "azure_relay_connection_extensions", PROPERTY, \
     STRING, R, CONNECTION, "", 0, 65535, ANY, \
     "Extensions that the sender offered.") \
  XX(CONNECTION_HOST, "azure_relay_connection_host", PROPERTY, STRING, R, \
     CONNECTION, "", 0, 65535, ANY, "Host header of the sender.") \
  XX(CONNECTION_ID, "azure_relay_connection_id", PROPERTY, STRING, R, \
     CONNECTION, "", 0, 65535, ANY, "The relay's id of the connection.") \
  XX(CONNECTION_READY_TO_SEND, "azure_relay_connection_ready_to_send", \
     PROPERTY, BOOL, R, CONNECTION, "false", 0, 1, ANY, \
     "false from a send that would block until on_connection_ready_to_send.") \
  XX(CONNECTION_REMOTE_ADDRESS, "azure_relay_connection_remote_address", \
     PROPERTY, STRING, R, CONNECTION, "", 0, 65535, ANY, \
     "The sender's address, as the relay tells it.") \
  XX(CONNECTION_REMOTE_PORT, "azure_relay_connection_remote_port", PROPERTY, \
     INT, R, CONNECTION, "0", 0, 65535, ANY, "The sender's port.") \
  XX(CONNECTION_SUB_PROTOCOLS, "azure_relay_connection_sub_protocols", \
     PROPERTY, STRING, R, CONNECTION, "", 0, 65535, ANY, \
     "Sub-protocols that the sender offered.") \
  XX(CONNECTION_TIMEOUT, "azure_relay_connection_timeout", PROPERTY, INT, RW, \
     CONNECTION, "0", 0, 86400, ANY, \
     "Seconds without any byte moving after which a synchronous send fails; " \
     "0: sends are asynchronous.") \
  XX(FIREWALL_AUTO_DETECT, "firewall_auto_detect", PROPERTY, BOOL, RW, BOTH, \
     "false", 0, 1, IDLE, \
     "Use the system's firewall settings. Not yet: only the default.") \
  XX(FIREWALL_TYPE, "firewall_type", PROPERTY, ENUM, RW, BOTH, "0", 0, 10, \
     IDLE, \
     "0 none, 1 tunnel (CONNECT), 2 SOCKS4, 3 SOCKS5, 10 SOCKS4a.") \
  XX(FIREWALL_HOST, "firewall_host", PROPERTY, STRING, RW, BOTH, "", 0, 255, \
     IDLE, \
     "Firewall to connect through, if firewall_type says so.") \
  XX(FIREWALL_PASSWORD, "firewall_password", PROPERTY, STRING, RW, BOTH, "", \
     0, 255, IDLE, \
     "Password for the firewall; not for SOCKS4.") \
  XX(FIREWALL_PORT, "firewall_port", PROPERTY, INT, RW, BOTH, "0", 0, 65535, \
     IDLE, \
     "Port of the firewall; 0: 80 for type 1, else 1080.") \
  XX(FIREWALL_USER, "firewall_user", PROPERTY, STRING, RW, BOTH, "", 0, 255, \
     IDLE, \
     "User for the firewall; empty: none.") \
  XX(PROXY_AUTH_SCHEME, "proxy_auth_scheme", PROPERTY, ENUM, RW, BOTH, "0", \
     0, 5, IDLE, \
     "0 Basic, 1 Digest, 3 none, 4 NTLM, 5 Negotiate; another value clears " \
     "user and password. Not yet: 2 proprietary.") \
  XX(PROXY_AUTO_DETECT, "proxy_auto_detect", PROPERTY, BOOL, RW, BOTH, \
     "false", 0, 1, IDLE, \
     "Without a proxy or firewall: as https_proxy, all_proxy and no_proxy " \
     "say.") \
  XX(PROXY_PASSWORD, "proxy_password", PROPERTY, STRING, RW, BOTH, "", 0, \
     255, IDLE, \
     "Password for the proxy.") \
  XX(PROXY_PORT, "proxy_port", PROPERTY, INT, RW, BOTH, "80", 0, 65535, IDLE, \
     "Port of the proxy; 0: 80.") \
  XX(PROXY_SERVER, "proxy_server", PROPERTY, STRING, RW, BOTH, "", 0, 255, \
     IDLE, \
     "HTTP proxy to connect through (CONNECT).") \
  XX(PROXY_SSL, "proxy_ssl", PROPERTY, ENUM, RW, BOTH, "0", 0, 3, IDLE, \
     "TLS with the proxy: 0 and 3 none, it tunnels ours. Not yet: 1 always, " \
     "2 never.") \
  XX(PROXY_USER, "proxy_user", PROPERTY, STRING, RW, BOTH, "", 0, 255, IDLE, \
     "User for the proxy; empty: none.") \
  XX(SSL_ACCEPT_SERVER_CERT_ENCODED, "ssl_accept_server_cert_encoded", \
     PROPERTY, BYTES, RW, BOTH, "", 0, 65536, IDLE, \
     "The one server certificate to accept whatever the check says. Not " \
     "yet: only the default.") \
  XX(SSL_CERT_ENCODED, "ssl_cert_encoded", PROPERTY, BYTES, RW, BOTH, "", 0, \
     65536, IDLE, "Client certificate. Not yet: only the default.") \
  XX(SSL_CERT_STORE, "ssl_cert_store", PROPERTY, BYTES, RW, BOTH, "", 0, \
     1048576, IDLE, \
     "Where the client certificate comes from: file or contents. Not yet: " \
     "only the default.") \
  XX(SSL_CERT_STORE_PASSWORD, "ssl_cert_store_password", PROPERTY, STRING, \
     RW, BOTH, "", 0, 255, IDLE, \
     "Password of the store. Not yet: only the default.") \
  XX(SSL_CERT_STORE_TYPE, "ssl_cert_store_type", PROPERTY, ENUM, RW, BOTH, \
     "0", 0, 99, IDLE, \
     "Kind of the store: 2, 3 PFX, 6, 7 PEM, 99 detected. Not yet: only " \
     "the default.") \
  XX(SSL_CERT_SUBJECT, "ssl_cert_subject", PROPERTY, STRING, RW, BOTH, "", 0, \
     4096, IDLE, \
     "Subject of the client certificate. Not yet: only the default.") \
  XX(SSL_SERVER_CERT_ENCODED, "ssl_server_cert_encoded", PROPERTY, BYTES, R, \
     BOTH, "", 0, 65536, ANY, \
     "PEM of the server's certificate of the last handshake.") \
  XX(ACCESS_TOKEN, "AccessToken", SETTING, STRING, R, BOTH, "", 0, 8192, ANY, \
     "A fresh token made from the keys.") \
  XX(AUTO_RENEW_THRESHOLD, "AutoRenewThreshold", SETTING, INT, RW, RECEIVER, \
     "300", 1, 31536000, ANY, \
     "Seconds before its end at which the token is renewed.") \
  XX(KEEP_ALIVE_TIME, "AzureRelayKeepAliveTime", SETTING, INT, RW, BOTH, \
     "60", 0, 86400, ANY, \
     "Seconds of silence before a ping; a control channel is dead after as " \
     "long again. 0: no pings.") \
  XX(DIAGNOSTIC_ID, "DiagnosticId", SETTING, STRING, RW, BOTH, "", 0, 256, \
     IDLE, "Sent as sb-hc-id; empty: a new GUID.") \
  XX(LOG_LEVEL, "LogLevel", SETTING, INT, RW, BOTH, "1", 0, 3, ANY, \
     "What on_log gets: 0 nothing, 1 info, 2 verbose, 3 debug.") \
  XX(TOKEN_VALIDITY, "TokenValidity", SETTING, INT, RW, BOTH, "3600", 10, \
     31536000, ANY, "Seconds that a token made from the keys is good for.") \
  XX(BUFFER_MESSAGE, "BufferMessage", SETTING, BOOL, RW, BOTH, "false", 0, 1, \
     ANY, "Messages are handed over whole, from the next one on.") \
  XX(MAX_MESSAGE_SIZE, "MaxMessageSize", SETTING, INT, RW, BOTH, "16777216", \
     1, 1073741824, ANY, \
     "Bytes of a message above which BufferMessage closes the connection " \
     "with 1009 (hyco's own).") \
  XX(DISCONNECT_STATUS_CODE, "DisconnectStatusCode", SETTING, INT, RW, BOTH, \
     "1000", 1000, 4999, ANY, "Close code that disconnect sends.") \
  XX(DISCONNECT_STATUS_DESCRIPTION, "DisconnectStatusDescription", SETTING, \
     STRING, RW, BOTH, "", 0, 123, ANY, "Close text that disconnect sends.") \
  XX(MAX_FRAME_SIZE, "MaxFrameSize", SETTING, INT, RW, BOTH, "16384", 0, \
     1073741824, ANY, \
     "Bytes above which a message is sent in several frames; 0: never.") \
  XX(WAIT_FOR_CLOSE_RESPONSE, "WaitForCloseResponse", SETTING, BOOL, RW, \
     BOTH, "true", 0, 1, ANY, \
     "disconnect waits for the peer's Close (10 s without a byte, or 120 s).") \
  XX(OUT_BUFFER_SIZE, "OutBufferSize", SETTING, INT, RW, BOTH, "65536", 1024, \
     16777216, ANY, "Queued bytes at which an asynchronous send would block.") \
  XX(MESSAGE_LENGTH, "MessageLength", SETTING, INT, RW, CONNECTION, "0", 0, \
     INT64_MAX, ANY, \
     "Bytes of the message that the following asynchronous sends make up " \
     "together; 0: each send is a message.") \
  XX(IN_BUFFER_SIZE, "InBufferSize", SETTING, INT, RW, BOTH, "0", 0, \
     1073741824, IDLE, \
     "Bytes of the socket's receive buffer; 0: as the system tunes it.") \
  XX(TCP_KEEP_ALIVE_INTERVAL, "KeepAliveInterval", SETTING, INT, RW, BOTH, \
     "0", 0, 32767000, IDLE, \
     "Milliseconds between unanswered TCP keep-alive probes, in whole " \
     "seconds; setting it switches them on. 0: the system's.") \
  XX(TCP_KEEP_ALIVE_RETRY_COUNT, "KeepAliveRetryCount", SETTING, INT, RW, \
     BOTH, "0", 0, 127, IDLE, \
     "Unanswered TCP keep-alive probes that end a connection; setting it " \
     "switches them on. 0: the system's.") \
  XX(TCP_KEEP_ALIVE_TIME, "KeepAliveTime", SETTING, INT, RW, BOTH, "0", 0, \
     32767000, IDLE, \
     "Milliseconds of silence before TCP keep-alive probes, in whole " \
     "seconds; setting it switches them on. 0: the system's.") \
  XX(TCP_NO_DELAY, "TcpNoDelay", SETTING, BOOL, RW, BOTH, "true", 0, 1, IDLE, \
     "Send small packets at once.") \
  XX(USE_IPV6, "UseIPv6", SETTING, INT, RW, BOTH, "1", 0, 2, IDLE, \
     "Addresses of the service that are tried: 0 IPv4, 1 both, IPv6 first, " \
     "2 IPv6.") \
  XX(OPENSSL_CA_DIR, "OpenSSLCADir", SETTING, STRING, RW, BOTH, "", 0, 4096, \
     IDLE, "Directory of trusted CAs, hashed, added to the system's.") \
  XX(OPENSSL_CA_FILE, "OpenSSLCAFile", SETTING, STRING, RW, BOTH, "", 0, \
     4096, IDLE, "PEM file of trusted CAs, added to the system's.") \
  XX(OPENSSL_CIPHER_LIST, "OpenSSLCipherList", SETTING, STRING, RW, BOTH, \
     "DEFAULT", 0, 4096, IDLE, "Cipher list of TLS 1.2, in OpenSSL's syntax.") \
  XX(SSL_CA_CERT_FILE_PATHS, "SSLCACertFilePaths", SETTING, STRING, RW, BOTH, \
     "", 0, 4096, IDLE, \
     "The system's CA bundle: the first file of this ';' list that exists; " \
     "empty: the usual places, read when a certificate needs them.") \
  XX(SSL_SERVER_CA_CERTS, "SSLServerCACerts", SETTING, STRING, RW, BOTH, "", \
     0, 1048576, IDLE, "Trusted CAs as PEM text, added to the system's.") \
  XX(ALLOWED_CLIENTS, "AllowedClients", SETTING, STRING, RW, RECEIVER, "*", \
     0, 16384, ANY, \
     "Senders to let in, comma separated: names, addresses, CIDR; * stands " \
     "for a whole label. Others are rejected unless on_connection_request " \
     "accepts them.") \
  XX(BIND_EXCLUSIVELY, "BindExclusively", SETTING, BOOL, RW, BOTH, "true", 0, \
     1, IDLE, \
     "Exclusive use of a local port. Only Windows has it: only the " \
     "default.") \
  XX(CONNECTION_UID, "ConnectionUID", SETTING, STRING, R, CONNECTION, "", 0, \
     64, ANY, \
     "An id of the connection that no other has, in no other process.") \
  XX(DEFAULT_CONNECTION_TIMEOUT, "DefaultConnectionTimeout", SETTING, INT, \
     RW, BOTH, "0", 0, 86400, ANY, \
     "Seconds for TCP, TLS and WebSocket handshake together; 0: 10 for a " \
     "control channel, 20 for a rendezvous, 70 for a sender; for an HTTP " \
     "request TCP and TLS: 20.") \
  XX(MAX_CONNECTIONS, "MaxConnections", SETTING, INT, RW, RECEIVER, "1000", \
     1, 100000, IDLE, \
     "Connections at a time; senders above it are rejected with 503.") \
  XX(USE_IOCP, "UseIOCP", SETTING, BOOL, RW, BOTH, "false", 0, 1, IDLE, \
     "Completion ports. Only Windows has it: only the default.") \
  XX(USE_WINDOWS_MESSAGES, "UseWindowsMessages", SETTING, BOOL, RW, BOTH, \
     "false", 0, 1, IDLE, \
     "Window messages. Only Windows has it: only the default.") \
  XX(LOG_SSL_PACKETS, "LogSSLPackets", SETTING, BOOL, RW, BOTH, "false", 0, \
     1, IDLE, "TLS records in the log. Not yet: only the default.") \
  XX(OPENSSL_PRNG_SEED_DATA, "OpenSSLPrngSeedData", SETTING, STRING, RW, \
     BOTH, "", 0, 4096, IDLE, \
     "More seed for random numbers. Not yet: only the default.") \
  XX(REUSE_SSL_SESSION, "ReuseSSLSession", SETTING, BOOL, RW, BOTH, "true", \
     0, 1, IDLE, "TLS sessions are resumed. Not yet: only the default.") \
  XX(SSL_CA_CERTS, "SSLCACerts", SETTING, STRING, RW, BOTH, "", 0, 1048576, \
     IDLE, \
     "CA certificates sent with the client certificate. Not yet: only the " \
     "default.") \
  XX(SSL_CHECK_CRL, "SSLCheckCRL", SETTING, INT, RW, BOTH, "0", 0, 2, IDLE, \
     "Revocation: 0 not checked, 1 where a list is named, 2 always. Not " \
     "yet: only the default.") \
  XX(SSL_CIPHER_STRENGTH, "SSLCipherStrength", SETTING, INT, RW, BOTH, "0", \
     0, 256, IDLE, \
     "Least strength of a cipher, in bits. Not yet: only the default.") \
  XX(SSL_ENABLED_CIPHER_SUITES, "SSLEnabledCipherSuites", SETTING, STRING, \
     RW, BOTH, "*", 0, 4096, IDLE, \
     "Cipher suites to offer, by their IANA names; * all. Not yet: only " \
     "the default.") \
  XX(SSL_ENABLED_PROTOCOLS, "SSLEnabledProtocols", SETTING, INT, RW, BOTH, \
     "15360", 0, 16383, IDLE, \
     "TLS versions: 3072 is 1.2, 12288 is 1.3. Not yet: only the default.") \
  XX(SSL_ENABLE_RENEGOTIATION, "SSLEnableRenegotiation", SETTING, BOOL, RW, \
     BOTH, "false", 0, 1, IDLE, \
     "Renegotiation of TLS 1.2. Not yet: only the default.") \
  XX(SSL_INCLUDE_CERT_CHAIN, "SSLIncludeCertChain", SETTING, BOOL, RW, BOTH, \
     "false", 0, 1, IDLE, \
     "on_ssl_server_authentication shows the whole chain. Not yet: only " \
     "the default.") \
  XX(SSL_NEGOTIATED_CIPHER, "SSLNegotiatedCipher", SETTING, STRING, R, BOTH, \
     "", 0, 64, ANY, \
     "Cipher in use, like aes-128-gcm: of the control channel, with " \
     "[ConnectionId] of that connection.") \
  XX(SSL_NEGOTIATED_CIPHER_STRENGTH, "SSLNegotiatedCipherStrength", SETTING, \
     INT, R, BOTH, "0", 0, 65536, ANY, \
     "Bits of the cipher in use; also with [ConnectionId].") \
  XX(SSL_NEGOTIATED_CIPHER_SUITE, "SSLNegotiatedCipherSuite", SETTING, \
     STRING, R, BOTH, "", 0, 64, ANY, \
     "Cipher suite in use, by its IANA name; also with [ConnectionId].") \
  XX(SSL_NEGOTIATED_KEY_EXCHANGE, "SSLNegotiatedKeyExchange", SETTING, \
     STRING, R, BOTH, "", 0, 64, ANY, \
     "Key exchange in use: its group, like X25519, or RSA or DHE; also with " \
     "[ConnectionId].") \
  XX(SSL_NEGOTIATED_KEY_EXCHANGE_STRENGTH, \
     "SSLNegotiatedKeyExchangeStrength", SETTING, INT, R, BOTH, "0", 0, \
     65536, ANY, \
     "Bits of the key exchange in use; also with [ConnectionId].") \
  XX(SSL_NEGOTIATED_PROTOCOL, "SSLNegotiatedProtocol", SETTING, STRING, R, \
     BOTH, "", 0, 64, ANY, \
     "TLS version in use, like TLSv1.3; also with [ConnectionId].") \
  XX(SSL_PROVIDER, "SSLProvider", SETTING, STRING, RW, BOTH, "*", 0, 64, \
     IDLE, "* and OpenSSL: there is no other here.") \
  XX(SSL_SECURITY_FLAGS, "SSLSecurityFlags", SETTING, INT, RW, BOTH, "0", 0, \
     4294967295, IDLE, \
     "Checks of the certificate to leave out, bit by bit. Not yet: only " \
     "the default.") \
  XX(TLS12_SIGNATURE_ALGORITHMS, "TLS12SignatureAlgorithms", SETTING, STRING, \
     RW, BOTH, "", 0, 4096, IDLE, \
     "Signature algorithms of TLS 1.2. Not yet: only the default.") \
  XX(TLS12_SUPPORTED_GROUPS, "TLS12SupportedGroups", SETTING, STRING, RW, \
     BOTH, "", 0, 4096, IDLE, \
     "Groups of TLS 1.2. Not yet: only the default.") \
  XX(TLS13_KEY_SHARE_GROUPS, "TLS13KeyShareGroups", SETTING, STRING, RW, \
     BOTH, "", 0, 4096, IDLE, \
     "Groups whose key shares are sent first. Not yet: only the default.") \
  XX(TLS13_SIGNATURE_ALGORITHMS, "TLS13SignatureAlgorithms", SETTING, STRING, \
     RW, BOTH, "", 0, 4096, IDLE, \
     "Signature algorithms of TLS 1.3. Not yet: only the default.") \
  XX(TLS13_SUPPORTED_GROUPS, "TLS13SupportedGroups", SETTING, STRING, RW, \
     BOTH, "", 0, 4096, IDLE, \
     "Groups of TLS 1.3. Not yet: only the default.") \
  XX(AUTO_RECONNECT, "AutoReconnect", SETTING, BOOL, RW, RECEIVER, "true", 0, \
     1, ANY, "Bring a lost control channel back (hyco's own).") \
  XX(FORWARD_DIAL_FIRST, "ForwardDialFirst", SETTING, BOOL, RW, RECEIVER, \
     "true", 0, 1, ANY, \
     "Connect to forwarding_host before accepting: a target that is down " \
     "rejects the sender with 502 (hyco's own).") \
  XX(FORWARD_DIAL_TIMEOUT, "ForwardDialTimeout", SETTING, INT, RW, RECEIVER, \
     "10", 1, 300, ANY, \
     "Seconds for connecting to forwarding_host (hyco's own).") \
  XX(HALF_CLOSE, "HalfClose", SETTING, BOOL, RW, BOTH, "false", 0, 1, ANY, \
     "A Close from the peer ends its direction only (hyco's own).") \
  XX(FORWARD_HTTP_PRESERVE_HOST, "ForwardHTTPPreserveHost", SETTING, BOOL, \
     RW, RECEIVER, "false", 0, 1, ANY, \
     "Forwarded requests keep the sender's Host (hyco's own).") \
  XX(FORWARD_HTTP_URL, "ForwardHTTPUrl", SETTING, STRING, RW, RECEIVER, "", \
     0, 4096, ANY, \
     "Web server that HTTP requests are forwarded to (hyco's own).") \
  XX(RENEW_NOW, "RenewNow", SETTING, BOOL, W, RECEIVER, "false", 0, 1, ANY, \
     "true sends a new token at once (hyco's own).") \
  XX(MAX_REQUEST_SIZE, "MaxRequestSize", SETTING, INT, RW, RECEIVER, \
     "16777216", 1, 1073741824, ANY, \
     "Bytes of an HTTP request's body above which it is answered 413; does " \
     "not count with StreamRequests (hyco's own).") \
  XX(MAX_HELD_REQUESTS, "MaxHeldRequests", SETTING, INT, RW, RECEIVER, \
     "67108864", 1, 1073741824, ANY, \
     "Bytes of the bodies of all HTTP requests that are gathered or held " \
     "back together; above it the next is answered 503 (hyco's own).") \
  XX(STREAM_REQUESTS, "StreamRequests", SETTING, BOOL, RW, RECEIVER, "false", \
     0, 1, ANY, \
     "Bodies of HTTP requests come piece by piece (hyco's own).") \
  XX(SHARED_ACCESS_SIGNATURE, "SharedAccessSignature", SETTING, STRING, W, \
     BOTH, "", 0, 8192, ANY, "A ready token instead of keys (hyco's own).") \
  XX(SUB_PROTOCOLS, "SubProtocols", SETTING, STRING, RW, SENDER, "", 0, 1024, \
     IDLE, "Sub-protocols to offer, comma separated (hyco's own).") \
  XX(WAIT_FOR_LISTENER, "WaitForListener", SETTING, INT, RW, SENDER, "0", 0, \
     86400, ANY, \
     "Seconds for which a connect is tried again while nobody listens " \
     "(hyco's own).") \
  XX(TOTAL_RECEIVED, "TotalReceived", SETTING, INT, R, CONNECTION, "0", 0, \
     INT64_MAX, ANY, \
     "Bytes of messages that have come so far, forwarded ones too (hyco's " \
     "own).") \
  XX(TOTAL_SENT, "TotalSent", SETTING, INT, R, CONNECTION, "0", 0, INT64_MAX, \
     ANY, \
     "Bytes of messages taken for sending so far, forwarded ones too (hyco's " \
     "own).") \
  XX(USE_DEVELOPMENT_EMULATOR, "UseDevelopmentEmulator", SETTING, BOOL, RW, \
     BOTH, "false", 0, 1, IDLE, \
     "Plain ws without TLS, to loopback hosts only (hyco's own).")
/* clang-format on */

typedef enum {
#define XX(id, ...) HYCO_##id,
  HYCO_PROPERTY_MAP(XX)
#undef XX
      HYCO_PROPERTY_COUNT
} hyco_property;

/* One row. */
typedef struct {
  const char *name;
  hyco_property_kind kind;
  hyco_property_type type;
  hyco_property_access access;
  hyco_property_scope scope;
  const char *default_value; /* as text */
  int64_t min;
  int64_t max;
  hyco_property_when when;
  const char *help;
} hyco_property_row;

/* The row of a property; NULL if p is out of range. Static memory. Any
 * thread. */
HYCO_API const hyco_property_row *hyco_property_get_row(hyco_property p);

/* The property of this name, in any case; HYCO_PROPERTY_COUNT if there is none
 * (or name is NULL). Any thread. */
HYCO_API hyco_property hyco_property_find(const char *name);

#ifdef __cplusplus
}
#endif

#endif
