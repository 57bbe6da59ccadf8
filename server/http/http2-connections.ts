import { constants, createServer, type Http2Session, type ServerHttp2Session } from 'node:http2';
import type { TLSSocket } from 'node:tls';
import { endAbuse, type Http2Answer, Http2Connection, type Http2Timeouts } from './http2-connection.ts';

/** Of the headers of a request, over HTTP/1.1 and HTTP/2 (SR-64). */
export const MAX_HEADER_BYTES = 16 * 1024;

/** Streams that a client may have open. RFC 9113 6.5.2 recommends not to go below 100. */
const MAX_OPEN_STREAMS = 100;

/**
 * What nghttp2 may hold for one connection, in MB. Responses that wait for their client count, of which there are few at
 * once; beyond it Node refuses further requests.
 */
const MAX_CONNECTION_MB = 64;

export interface Http2Connections {
  /** Serves a connection whose client chose HTTP/2 in the handshake. */
  accept(socket: TLSSocket): void;
  /** Closes connections without a request. */
  closeIdle(): void;
  /** Asks every client, also later ones, to use another connection for new requests, and still serves those it sends. */
  announceEnd(): void;
  /** Takes no more requests and closes each connection after its last response. */
  end(): void;
  /** Checks no more. */
  stopChecks(): void;
}

/**
 * HTTP/2 with the limits of HTTP/1.1, of which Node has none for it: time of headers, bodies and idle connections, size of
 * headers, and few requests of a connection at once. A stream is cheap to begin and to cancel, so that a client may not
 * cancel many (SR-56, SR-65).
 */
export function createHttp2Connections(
  answer: Http2Answer,
  timeouts: Http2Timeouts & { readonly checkMs: number },
): Http2Connections {
  const connections = new Map<Http2Session, Http2Connection>();
  let phase: 'serving' | 'announced' | 'ended' = 'serving';
  const server = createServer({
    settings: { maxConcurrentStreams: MAX_OPEN_STREAMS, maxHeaderListSize: MAX_HEADER_BYTES, enablePush: false },
    maxSessionMemory: MAX_CONNECTION_MB,
  });
  const serveOn = (socket: TLSSocket) => (session: ServerHttp2Session) => {
    const connection = new Http2Connection(session, socket, answer, timeouts);
    connections.set(session, connection);
    session.once('close', () => connections.delete(session));
    if (phase === 'announced') announceEnd(session);
    if (phase === 'ended') session.close();
  };
  server.on('request', (incoming, outgoing) => {
    const { session } = incoming.stream;
    const connection = session && connections.get(session);
    if (!session || !connection) incoming.stream.close(constants.NGHTTP2_REFUSED_STREAM);
    // Node measures only once the client has acknowledged the settings. It refuses more than 128 headers in any case.
    else if (sizeOf(incoming.rawHeaders) > MAX_HEADER_BYTES) endAbuse(session);
    else connection.take(incoming, outgoing);
  });
  const checks = setInterval(() => {
    const now = performance.now();
    for (const connection of connections.values()) connection.closeLate(now);
  }, timeouts.checkMs);
  checks.unref();
  return {
    accept(socket) {
      // Node before 20.20 throws the error of a connection that ends within a frame (CVE-2025-59465).
      socket.on('error', () => {});
      const serve = serveOn(socket);
      server.once('session', serve);
      // Begins the session at once, or none.
      server.emit('connection', socket);
      server.off('session', serve);
    },
    closeIdle() {
      for (const connection of connections.values()) connection.closeIdle();
    },
    announceEnd() {
      phase = 'announced';
      for (const session of connections.keys()) announceEnd(session);
    },
    end() {
      phase = 'ended';
      for (const session of connections.keys()) session.close();
    },
    stopChecks() {
      clearInterval(checks);
    },
  };
}

/** After decompression, as RFC 9113 6.5.2 counts: each header has 32 bytes beside its name and value. */
function sizeOf(rawHeaders: readonly string[]): number {
  return rawHeaders.reduce((sum, part) => sum + part.length + 16, 0);
}

/** No stream has so high a number yet: requests on their way are served (RFC 9113 6.8). */
function announceEnd(session: Http2Session): void {
  if (!session.closed && !session.destroyed) session.goaway(constants.NGHTTP2_NO_ERROR, 2 ** 31 - 1);
}
