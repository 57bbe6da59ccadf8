import type { Client } from './connect.ts';

/** A command's name and arguments. */
export type Command = readonly [name: string, ...args: (string | number | Buffer)[]];

/** Sends commands that write. The response means that the write is durable. */
export interface Writer {
  /**
   * @param home text that the keys of one partition share, and no others
   * @param encode `isFirst`: this connection has not yet committed in that partition
   */
  write(home: string, encode: (isFirst: boolean) => Command): Promise<unknown>;
  close(): void;
}

/** Without replicas `appendfsync always` is enough: Redis responds after the fsync. */
export class DirectWriter implements Writer {
  readonly #client: Client;

  constructor(client: Client) {
    this.#client = client;
  }

  write(_home: string, encode: (isFirst: boolean) => Command): Promise<unknown> {
    const [name, ...args] = encode(false);
    return this.#client.call(name, ...args);
  }

  close(): void {}
}
