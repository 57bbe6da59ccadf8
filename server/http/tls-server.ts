import { constants } from 'node:crypto';
import type { RequestListener, ServerOptions } from 'node:http';
import { createServer, type Server } from 'node:https';
import type { TLSSocket } from 'node:tls';

/** PEM: a certificate with its chain, and its key. */
export interface TlsPair {
  readonly cert: Buffer;
  readonly key: Buffer;
}

/** The pair in use. */
export interface TlsCertificate {
  readonly pair: TlsPair;
  /** Calls back with each later pair. Returns what ends that. */
  follow(listener: (pair: TlsPair) => void): () => void;
}

/** With forward secrecy and authenticated encryption only (RFC 9325 4.2). Those of TLS 1.3 all are. */
const CIPHERS = [
  ...['TLS_AES_128_GCM_SHA256', 'TLS_AES_256_GCM_SHA384', 'TLS_CHACHA20_POLY1305_SHA256'],
  ...['ECDHE-ECDSA-AES128-GCM-SHA256', 'ECDHE-RSA-AES128-GCM-SHA256', 'ECDHE-ECDSA-AES256-GCM-SHA384'],
  ...['ECDHE-RSA-AES256-GCM-SHA384', 'ECDHE-ECDSA-CHACHA20-POLY1305', 'ECDHE-RSA-CHACHA20-POLY1305'],
].join(':');

function secureContext({ cert, key }: TlsPair) {
  return {
    ...{ cert, key, ciphers: CIPHERS, minVersion: 'TLSv1.2' as const },
    // A client could demand one handshake after the other on a connection.
    secureOptions: constants.SSL_OP_NO_RENEGOTIATION,
  };
}

/**
 * A server of HTTP/1.1 over TLS, which hands connections that chose HTTP/2 over. A new certificate is for new connections;
 * those that are open go on.
 *
 * @param limits of HTTP/1.1
 * @param handshakeMs maximum time of a handshake
 */
export function createTlsServer(
  certificate: TlsCertificate,
  limits: ServerOptions,
  handshakeMs: number,
  answer: RequestListener,
  acceptHttp2: (socket: TLSSocket) => void,
): Server {
  const server = createServer(
    {
      ...limits,
      ...secureContext(certificate.pair),
      ALPNProtocols: ['h2', 'http/1.1'],
      handshakeTimeout: handshakeMs,
    },
    answer,
  );
  // Node would serve HTTP/1.1 on every connection.
  const serveHttp1 = server.listeners('secureConnection');
  server.removeAllListeners('secureConnection');
  server.on('secureConnection', (socket) => {
    if (socket.alpnProtocol === 'h2') acceptHttp2(socket);
    else for (const serve of serveHttp1) serve.call(server, socket);
  });
  const unfollow = certificate.follow((pair) => server.setSecureContext(secureContext(pair)));
  server.once('close', unfollow);
  return server;
}
