import { connect as connectTcp, type Socket } from 'node:net';
import { hostname } from 'node:os';
import { setTimeout as pause } from 'node:timers/promises';
import { connect as connectTls } from 'node:tls';
import type { AuditSink } from '../../kernel/ports/audit-sink.ts';
import { octetCounted, syslogMessage } from './syslog-message.ts';
import { unacknowledgedBytes } from './unacknowledged-bytes.ts';

export interface SyslogOptions {
  readonly host: string;
  readonly port: number;
  /** Undefined: plain TCP. */
  readonly tls?: { readonly ca?: Buffer; readonly cert?: Buffer; readonly key?: Buffer } | undefined;
  /** Time to connect, to take a message and to acknowledge it. */
  readonly timeoutMs?: number;
  /** How long a connection is watched after a message, for a receiver that has gone. */
  readonly settleMs?: number;
}

/** Shorter than the lease of the feed. */
const TIMEOUT_MS = 30_000;
const SETTLE_MS = 100;
const KEEP_ALIVE_MS = 30_000;

interface Connection {
  readonly socket: Socket;
  readonly ready: Promise<void>;
  /** Aborted, with the reason, when it ends. A promise would hold everything that ever waited for it. */
  readonly ended: AbortSignal;
}

/**
 * Sends to a syslog receiver over TCP (RFC 6587) or TLS (RFC 5425). The protocol has no acknowledgement: what counts as
 * received is acknowledged by the other TCP, where the system shows that, and the connection was still open a moment
 * later.
 */
export function createSyslogSink(options: SyslogOptions): AuditSink {
  const { timeoutMs = TIMEOUT_MS, settleMs = SETTLE_MS } = options;
  const origin = { host: hostname(), processId: process.pid };
  let connection: Connection | undefined;

  const close = async () => {
    connection?.socket.destroy();
    connection = undefined;
  };

  return {
    async send(lines, signal) {
      const text = lines.map((line) => octetCounted(syslogMessage(line, origin))).join('');
      const deadline = new AbortController();
      const timer = setTimeout(() => deadline.abort(new Error('it took too long')), timeoutMs);
      try {
        signal.throwIfAborted();
        if (!connection || connection.ended.aborted) connection = openConnection(options);
        const stops = [signal, deadline.signal, connection.ended];
        await unlessAborted(stops, transmit(connection, text, settleMs));
      } catch (error) {
        await close();
        throw new Error('the syslog receiver did not take the events', { cause: error });
      } finally {
        clearTimeout(timer);
      }
    },
    close,
  };
}

function openConnection({ host, port, tls }: SyslogOptions): Connection {
  const socket = tls ? connectTls({ host, port, minVersion: 'TLSv1.2', ...tls }) : connectTcp({ host, port });
  const ending = new AbortController();
  const end = (error = new Error('the receiver closed the connection')) => {
    ending.abort(error);
    socket.destroy();
  };
  socket
    .once('error', end)
    .once('end', () => end())
    .once('close', () => end());
  // A receiver sends nothing; its end is seen only if it is read.
  socket.resume().setNoDelay(true).setKeepAlive(true, KEEP_ALIVE_MS).unref();
  const ready = new Promise<void>((resolve) => socket.once(tls ? 'secureConnect' : 'connect', resolve));
  return { socket, ready, ended: ending.signal };
}

/** Resolves when the other side has acknowledged all, and a moment has passed. */
async function transmit({ socket, ready }: Connection, text: string, settleMs: number): Promise<void> {
  await ready;
  await new Promise<void>((resolve, reject) => {
    socket.write(text, (error) => (error ? reject(error) : resolve()));
  });
  do await pause(settleMs, undefined, { ref: false });
  while (await unacknowledgedBytes(socket));
}

/** The result of the work, unless a signal comes first. */
async function unlessAborted(signals: readonly AbortSignal[], work: Promise<void>): Promise<void> {
  const settled = new AbortController();
  const aborted = new Promise<never>((_, reject) => {
    for (const signal of signals) {
      signal.addEventListener('abort', () => reject(signal.reason), { signal: settled.signal });
    }
  });
  try {
    await Promise.race([work, aborted]);
  } finally {
    settled.abort();
  }
}
