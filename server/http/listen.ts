import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { Http2ServerRequest } from 'node:http2';
import type { Server as HttpsServer } from 'node:https';
import type { AddressInfo, Socket } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import { REFUSALS, type RefusalCode } from '@countersign/protocol/codes';
import { getRequestListener } from '@hono/node-server';
import { answerRequests, surviveAcceptErrors } from './answer-requests.ts';
import { createHttp2Connections, type Http2Connections, MAX_HEADER_BYTES } from './http2-connections.ts';
import { DEFAULT_HEADERS } from './middleware/security-headers.ts';
import type { Readiness } from './readiness.ts';
import { respondInOrder } from './respond-in-order.ts';
import { createTlsServer, type TlsCertificate } from './tls-server.ts';

interface Timeouts {
  /** From the start of the connection (or the end of the previous request) to the end of the headers. */
  headersMs: number;
  /** To the end of the body. */
  requestMs: number;
  /** Keep-alive of an idle connection. Longer than that of proxies (60 s and more), so they close first. */
  keepAliveMs: number;
  /** Timeout of a connection without traffic, such as a client that does not read its response. */
  stalledMs: number;
  /** After `stop`: time to keep serving while readiness already fails. */
  drainMs: number;
  /** After `stop`: when open connections are closed, counted from the call. */
  shutdownMs: number;
  /** Interval of checks of the first two. */
  checkMs: number;
}

const DEFAULT_TIMEOUTS: Readonly<Timeouts> = Object.freeze({
  headersMs: 10_000,
  requestMs: 30_000,
  keepAliveMs: 75_000,
  stalledMs: 90_000,
  drainMs: 1000,
  shutdownMs: 20_000,
  checkMs: 1000,
});

export interface ListenOptions {
  host: string;
  /** 0: any free port. */
  port: number;
  /** Serves HTTP/1.1 and HTTP/2 over TLS, and nothing else. Default: plain HTTP/1.1. */
  tls?: TlsCertificate | undefined;
  readiness?: Readiness;
  timeouts?: Partial<Timeouts>;
  /** Maximum connections; more are dropped on accept. Default 8192. */
  maxConnections?: number;
  /** True if a primary process accepts the connections and hands them over. */
  isWorker?: boolean;
  /** Receives faults outside the app, which handles its own. */
  onFault?: (error: unknown) => void;
}

export interface RunningServer {
  /** Its URL without a slash at the end. */
  url: string;
  port: number;
  /**
   * Fails readiness, keeps serving for `drainMs`, then accepts no connections, finishes running requests and ends, at
   * the latest `shutdownMs` after the call (SR-54). A second call waits for the same end.
   *
   * @param staysReady for a worker whose successor serves the same address already
   */
  stop(staysReady?: boolean): Promise<void>;
}

type Fetch = Parameters<typeof getRequestListener>[0];
type AnyServer = Server | HttpsServer;

/**
 * Serves an app on a TCP port with limits that slow and silent clients cannot stretch (SR-56).
 *
 * @throws the error of the socket (such as EADDRINUSE).
 */
export async function listen(fetch: Fetch, options: ListenOptions): Promise<RunningServer> {
  const timeouts = { ...DEFAULT_TIMEOUTS, ...options.timeouts };
  const readiness = options.readiness ?? { ready: true };
  const maxConnections = options.maxConnections ?? 8192;
  const fetchOfOneHost: Fetch = (request, env) =>
    isHostClear(env.incoming) ? fetch(request, env) : refusalAnswer('INPUT_INVALID', 400);
  const { onFault = () => {} } = options;
  const answer = answerRequests(
    getRequestListener(fetchOfOneHost, {
      hostname: options.host,
      errorHandler: (error) => faultAnswer(error, onFault),
    }),
    onFault,
  );

  const inFlight = new Set<ServerResponse>();
  let stopping: Promise<void> | undefined;
  const limits = {
    headersTimeout: timeouts.headersMs,
    requestTimeout: timeouts.requestMs,
    keepAliveTimeout: timeouts.keepAliveMs,
    connectionsCheckingInterval: timeouts.checkMs,
    maxHeaderSize: MAX_HEADER_BYTES,
    noDelay: true,
  };
  const handle = respondInOrder((incoming, outgoing) => {
    inFlight.add(outgoing);
    outgoing.once('close', () => inFlight.delete(outgoing));
    if (stopping) outgoing.setHeader('connection', 'close');
    void answer(incoming, outgoing);
  });
  const { tls } = options;
  const http2 = tls && createHttp2Connections(answer, timeouts);
  const server =
    tls && http2
      ? createTlsServer(tls, limits, timeouts.headersMs, handle, http2.accept)
      : createServer(limits, handle);
  // Node silently drops headers beyond a count, and a proxy appends at the end: limit the size instead (SR-64).
  server.maxHeadersCount = 0;
  server.timeout = timeouts.stalledMs;
  // A primary process would offer a connection that no worker takes again and again, as fast as it can.
  if (!options.isWorker) server.maxConnections = maxConnections;
  const open = limitConnections(server, maxConnections, () => {
    server.closeIdleConnections();
    http2?.closeIdle();
  });
  await started(server, options);
  surviveAcceptErrors(server, onFault);

  const { port } = server.address() as AddressInfo;
  const host = options.host.includes(':') ? `[${options.host}]` : options.host;
  return {
    url: `${tls ? 'https' : 'http'}://${host}:${port}`,
    port,
    stop(staysReady = false) {
      if (!staysReady) readiness.ready = false;
      stopping ??= stop({ server, http2, inFlight, open }, timeouts);
      return stopping;
    },
  };
}

function started(server: AnyServer, { host, port }: ListenOptions): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen({ host, port }, () => {
      server.off('error', reject);
      resolve();
    });
  });
}

/**
 * Drops what is beyond the limit. Near it idle connections are closed, so that they do not keep an active client out.
 *
 * @returns the open connections
 */
function limitConnections(server: AnyServer, maxConnections: number, closeIdle: () => void): ReadonlySet<Socket> {
  const crowded = Math.max(1, Math.floor(maxConnections * 0.9));
  const open = new Set<Socket>();
  server.on('connection', (socket: Socket) => {
    open.add(socket);
    socket.once('close', () => open.delete(socket));
    if (open.size > maxConnections) socket.destroy();
    else if (open.size >= crowded) closeIdle();
  });
  return open;
}

interface Serving {
  readonly server: AnyServer;
  readonly http2: Http2Connections | undefined;
  readonly inFlight: ReadonlySet<ServerResponse>;
  readonly open: ReadonlySet<Socket>;
}

async function stop({ server, http2, inFlight, open }: Serving, { drainMs, shutdownMs }: Timeouts): Promise<void> {
  // A running response tells its client to close the connection.
  for (const outgoing of inFlight) if (!outgoing.headersSent) outgoing.setHeader('connection', 'close');
  http2?.announceEnd();
  const deadline = setTimeout(() => {
    server.closeAllConnections();
    // Those of HTTP/2, and handshakes.
    for (const socket of open) socket.destroy();
  }, shutdownMs);
  try {
    if (drainMs > 0) await pause(Math.min(drainMs, shutdownMs));
    // Also closes idle connections; the others close after their response.
    const closed = new Promise<void>((resolve) => server.close(() => resolve()));
    http2?.end();
    await closed;
  } finally {
    clearTimeout(deadline);
    http2?.stopChecks();
  }
}

/**
 * False for more than one Host, or an empty one (RFC 9112 3.2): Node reads the first, and a proxy may have read
 * another. Node itself refuses HTTP/1.1 without any; HTTP/1.0 needs none, and HAProxy's health checks send none. In
 * HTTP/2 `:authority` is the host, and a Host beside it says the same (RFC 9113 8.3.1).
 */
function isHostClear({ rawHeaders, headers }: IncomingMessage | Http2ServerRequest): boolean {
  const authority = headers[':authority'];
  let isFirst = true;
  for (let at = 0; at < rawHeaders.length; at += 2) {
    if (rawHeaders[at]?.toLowerCase() !== 'host') continue;
    const host = rawHeaders[at + 1];
    if (!isFirst || host === '' || (authority !== undefined && host !== authority)) return false;
    isFirst = false;
  }
  return authority !== '';
}

/** For failures before a request reaches the app (an invalid Host or target), or outside of its error handling. */
function faultAnswer(error: unknown, onFault: (error: unknown) => void): Response {
  const unreadable = error instanceof Error && error.name === 'RequestError';
  const code: RefusalCode = unreadable ? 'INPUT_INVALID' : 'INTERNAL';
  if (!unreadable) onFault(error);
  return refusalAnswer(code, unreadable ? 400 : REFUSALS[code].status);
}

function refusalAnswer(code: RefusalCode, status: number): Response {
  const { title } = REFUSALS[code];
  return new Response(JSON.stringify({ type: `urn:countersign:refusal:${code}`, title, status, code }), {
    status,
    headers: { ...DEFAULT_HEADERS, 'content-type': 'application/problem+json' },
  });
}
