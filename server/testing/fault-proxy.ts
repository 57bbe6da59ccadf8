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
  /** While frozen, nothing passes and nothing is closed. */
  freeze(frozen: boolean): void;
  stop(): Promise<void>;
}

/** A TCP proxy in front of a server on loopback that breaks connections at chosen moments. */
export async function startFaultProxy(targetPort: number, marker: string): Promise<FaultProxy> {
  let fault: () => Fault | undefined = () => undefined;
  let lateness: () => number = () => 0;
  let frozen = false;
  const sockets = new Set<Socket>();

  const server = createServer((client) => {
    const upstream = connect(targetPort, '127.0.0.1');
    let swallowReply = false;
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
    client.on('data', (chunk) => {
      if (frozen) return;
      const planned = chunk.includes(marker) ? fault() : undefined;
      if (planned === 'before-send') return breakOff();
      if (planned === 'before-reply') swallowReply = true;
      const late = lateness();
      // Chunks keep their order.
      turn = turn.then(() => (late > 0 ? pause(late) : undefined)).then(() => void upstream.write(chunk));
    });
    upstream.on('data', (chunk) => {
      if (frozen) return;
      if (swallowReply) breakOff();
      else client.write(chunk);
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
