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

/** A connection, and how it ended. */
interface Connection {
  readonly socket: Socket;
  readonly ended: Promise<never>;
  isOpen: boolean;
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

  const transmit = async (text: string, signal: AbortSignal) => {
    if (!connection?.isOpen) connection = await openConnection(options, signal);
    const { socket, ended } = connection;
    const written = new Promise<void>((resolve, reject) => {
      socket.write(text, (error) => (error ? reject(error) : resolve()));
    });
    await Promise.race([written, ended, aborted(signal)]);
    await Promise.race([acknowledged(socket, settleMs, signal), ended]);
  };

  return {
    async send(lines, signal) {
      const text = lines.map((line) => octetCounted(syslogMessage(line, origin))).join('');
      const giveUp = new AbortController();
      const abort = () => giveUp.abort(signal.reason);
      signal.addEventListener('abort', abort);
      const deadline = setTimeout(() => giveUp.abort(new Error('it took too long')), timeoutMs);
      try {
        signal.throwIfAborted();
        await transmit(text, giveUp.signal);
      } catch (error) {
        await close();
        throw new Error('the syslog receiver did not take the events', { cause: error });
      } finally {
        clearTimeout(deadline);
        signal.removeEventListener('abort', abort);
      }
    },
    close,
  };
}

async function openConnection({ host, port, tls }: SyslogOptions, signal: AbortSignal): Promise<Connection> {
  const socket = tls ? connectTls({ host, port, minVersion: 'TLSv1.2', ...tls }) : connectTcp({ host, port });
  const ended = new Promise<never>((_, reject) => {
    const end = (error?: Error) => {
      connection.isOpen = false;
      socket.destroy();
      reject(error ?? new Error('the receiver closed the connection'));
    };
    socket
      .once('error', end)
      .once('end', () => end())
      .once('close', () => end());
  });
  const connection: Connection = { socket, ended, isOpen: true };
  // It also ends while nothing waits for it.
  ended.catch(() => undefined);
  // A receiver sends nothing; its end is seen only if it is read.
  socket.resume().setNoDelay(true).setKeepAlive(true, KEEP_ALIVE_MS).unref();
  const ready = new Promise<void>((resolve) => socket.once(tls ? 'secureConnect' : 'connect', resolve));
  try {
    await Promise.race([ready, ended, aborted(signal)]);
  } catch (error) {
    socket.destroy();
    throw error;
  }
  return connection;
}

/** Resolves when the other side has acknowledged all, and a moment has passed. */
async function acknowledged(socket: Socket, settleMs: number, signal: AbortSignal): Promise<void> {
  do await pause(settleMs, undefined, { signal, ref: false });
  while (await unacknowledgedBytes(socket));
}

function aborted(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    const abort = () => reject(signal.reason);
    if (signal.aborted) abort();
    else signal.addEventListener('abort', abort, { once: true });
  });
}
