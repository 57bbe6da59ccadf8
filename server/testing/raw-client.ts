import { connect, type Socket } from 'node:net';

export interface RawClient {
  socket: Socket;
  send(text: string): void;
  /** Everything received so far. */
  received(): string;
  /** Resolves when the received text matches. Rejects when the connection ends before. */
  until(pattern: RegExp): Promise<string>;
  /** Resolves with everything received once the server has closed. */
  closed(): Promise<string>;
}

/** A TCP client that sends exactly the given bytes, which HTTP clients cannot; `from` is its own address. */
export async function rawClient(port: number, from = '127.0.0.1'): Promise<RawClient> {
  const socket = connect({ host: '127.0.0.1', port, localAddress: from });
  let text = '';
  let over = false;
  const listeners = new Set<() => void>();
  const notify = () => {
    for (const listener of listeners) listener();
  };
  socket.setEncoding('latin1');
  socket.on('data', (chunk) => {
    text += chunk;
    notify();
  });
  socket.on('close', () => {
    over = true;
    notify();
  });
  // A server may close with a reset.
  socket.on('error', () => {});
  await new Promise<void>((resolve, reject) => {
    socket.once('connect', resolve);
    socket.once('error', reject);
  });

  function when(condition: () => boolean, hopeless: () => boolean): Promise<string> {
    return new Promise((resolve, reject) => {
      const look = () => {
        if (condition()) resolve(text);
        else if (hopeless()) reject(new Error(`the connection ended after: ${JSON.stringify(text)}`));
        else return;
        listeners.delete(look);
      };
      listeners.add(look);
      look();
    });
  }

  return {
    socket,
    send: (line) => {
      socket.write(line, 'latin1');
    },
    received: () => text,
    until: (pattern) =>
      when(
        () => pattern.test(text),
        () => over,
      ),
    closed: () =>
      when(
        () => over,
        () => false,
      ),
  };
}
