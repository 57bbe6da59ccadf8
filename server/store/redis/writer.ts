import type { Client } from './connect.ts';

/** A command's name and arguments. */
export type Command = readonly [name: string, ...args: (string | number | Buffer)[]];

/**
 * What a command responds with: `commit`: its version, or 0; `read`: a list, the partition's last commit and then what
 * was read; `read-bytes`: the same, as buffers.
 */
export type ReplyKind = 'commit' | 'read' | 'read-bytes';

/** Sends commands that write. The response means that the write is durable. */
export interface Writer {
  /** Until a write is confirmed, the partition holds a note of it, and its readers go through the writer. */
  readonly waitsForReplicas: boolean;
  /**
   * @param home text that the keys of one partition share, and no others
   * @param encode `isFirst`: this connection has not yet committed in that partition
   * @param kind if the response tells what it confirms
   */
  write(home: string, encode: (isFirst: boolean) => Command, kind?: ReplyKind): Promise<unknown>;
  close(): void;
}

/** Without replicas `appendfsync always` is enough: Redis responds after the fsync. */
export class DirectWriter implements Writer {
  readonly waitsForReplicas = false;
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
