import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';

/** The fault for the next chunk that contains the marker. */
export type Fault =
  /** The connection breaks before the server receives anything. */
  | 'before-send'
  /** The server receives it, and the connection breaks before the response arrives. */
  | 'before-reply';

export interface FaultProxy {
  readonly port: number;
  /** Called for every chunk from the client that contains the marker. */
  plan(next: () => Fault | undefined): void;
  /** Milliseconds by which every chunk from the client is delayed. */
  delay(next: () => number): void;
  /**
   * Milliseconds by which every chunk from the server to a replica is held back. What is held back is lost with the
   * connection.
   */
  holdBack(ms: number): void;
  /** While frozen, nothing passes and nothing is closed. */
  freeze(frozen: boolean): void;
  stop(): Promise<void>;
}

async function passAt(due: number): Promise<void> {
  const left = due - performance.now();
  if (left > 0) await pause(left, undefined, { ref: false });
}

/** A replica that has all data, and follows, reports how far it is. */
const REPLICA_REPORT = 'REPLCONF\r\n$3\r\nACK';

/** A TCP proxy in front of a server on loopback that breaks connections at chosen moments. */
export async function startFaultProxy(targetPort: number, marker: string): Promise<FaultProxy> {
  let fault: () => Fault | undefined = () => undefined;
  let lateness: () => number = () => 0;
  let heldBackMs = 0;
  let frozen = false;
  const sockets = new Set<Socket>();

  const server = createServer((client) => {
    const upstream = connect(targetPort, '127.0.0.1');
    let swallowReply = false;
    let isReplication = false;
    const both = [client, upstream];
    const breakOff = (): void => {
      for (const socket of both) socket.destroy();
    };
    for (const socket of both) {
      sockets.add(socket);
      socket.setNoDelay(true);
      socket.on('error', breakOff);
      socket.on('close', () => {
        sockets.delete(socket);
        breakOff();
      });
    }
    let turn = Promise.resolve();
    let replies = Promise.resolve();
    client.on('data', (chunk) => {
      if (frozen) return;
      if (chunk.includes(REPLICA_REPORT)) isReplication = true;
      const planned = chunk.includes(marker) ? fault() : undefined;
      if (planned === 'before-send') return breakOff();
      if (planned === 'before-reply') swallowReply = true;
      const late = lateness();
      // Chunks keep their order.
      turn = turn.then(() => (late > 0 ? pause(late) : undefined)).then(() => void upstream.write(chunk));
    });
    upstream.on('data', (chunk) => {
      if (frozen) return;
      if (swallowReply) return breakOff();
      if (!isReplication) return void client.write(chunk);
      const due = performance.now() + heldBackMs;
      replies = replies.then(() => passAt(due)).then(() => void client.write(chunk));
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');

  return {
    port: (server.address() as AddressInfo).port,
    plan: (next) => {
      fault = next;
    },
    delay: (next) => {
      lateness = next;
    },
    holdBack: (ms) => {
      heldBackMs = ms;
    },
    freeze: (on) => {
      frozen = on;
    },
    stop: async () => {
      const closed = once(server, 'close');
      server.close();
      for (const socket of sockets) socket.destroy();
      await closed;
    },
  };
}
