import { CodedError } from '@countersign/protocol/coded-error';
import type { Redis } from 'ioredis';
import type { RequiredSetting } from '../required-settings.ts';
import { CommandRefused, inspectServer, isErrorReply, isLasting, unlessRefused } from './inspect-server.ts';
import { LIBRARY, readLibrary } from './library.ts';

/** The servers' settings do not provide the store's guarantees. The message names each setting. */
export class StoreSettingsRefused extends CodedError {
  readonly code = 'STORE_SETTINGS_REFUSED';
}

const SEARCH_INTERVAL_MS = 1_000;

/**
 * Watches every server the client connects to: whenever a connection becomes ready, it checks the server's settings and
 * loads the function library (SR-50). A refusal lasts until a later check passes.
 */
export class Guard {
  readonly #replicas: number;
  readonly #promises: readonly RequiredSetting[];
  readonly #warn: (message: string) => void;
  readonly #library = readLibrary();
  readonly #nodes = new Set<Redis>();
  readonly #running = new Set<Promise<void>>();
  readonly #refusals = new Map<Redis, StoreSettingsRefused>();
  readonly #warned = new Set<string>();
  /** When Sentinel was last asked for another server, by the monotonic clock. */
  readonly #searched = new WeakMap<Redis, number>();

  /** @param replicas, promises see {@link inspectServer} */
  constructor(replicas: number, promises: readonly RequiredSetting[], warn: (message: string) => void) {
    this.#replicas = replicas;
    this.#promises = promises;
    this.#warn = warn;
  }

  watch(node: Redis): void {
    if (this.#nodes.has(node)) return;
    this.#nodes.add(node);
    node.on('ready', () => this.#start(node));
    node.on('end', () => this.forget(node));
    if (node.status === 'ready') this.#start(node);
    // Replicas of a cluster connect only when used, but are checked before they are promoted.
    else if (node.status === 'wait') node.connect().catch(ignore);
  }

  forget(node: Redis): void {
    this.#nodes.delete(node);
    this.#refusals.delete(node);
  }

  /** Checks every connected server again. */
  recheck(): void {
    for (const node of this.#nodes) {
      if (node.status === 'ready') this.#start(node);
    }
  }

  get refusal(): StoreSettingsRefused | undefined {
    return this.#refusals.values().next().value;
  }

  /**
   * Resolves when no check is running. A command that was sent just as a connection became ready may have its response
   * before the check of that server ends, so its result waits here.
   */
  async settled(): Promise<void> {
    while (this.#running.size > 0) await Promise.all(this.#running);
  }

  get isSettled(): boolean {
    return this.#running.size === 0;
  }

  /** Loads the library if it is missing: after FUNCTION FLUSH, FLUSHALL, or on a fresh server behind the same name. */
  async load(node: Redis): Promise<void> {
    try {
      await node.function('LOAD', 'REPLACE', this.#library);
    } catch (error) {
      // A replica gets the library from its primary.
      if (!(error instanceof Error) || !error.message.startsWith('READONLY')) throw error;
    }
  }

  async loadEverywhere(): Promise<void> {
    await Promise.all([...this.#nodes].filter(({ status }) => status === 'ready').map((node) => this.load(node)));
  }

  #start(node: Redis): void {
    const look = this.#look(node)
      .catch((error: unknown) => {
        // Otherwise the connection was lost, and the next one that becomes ready is checked.
        if (isErrorReply(error)) this.#refuse(node, `${addressOf(node)} could not be checked (${error.message})`);
      })
      .finally(() => this.#running.delete(look));
    this.#running.add(look);
  }

  async #look(node: Redis): Promise<void> {
    const { server, refusals, warnings } = await inspectServer(node, this.#replicas, this.#promises);
    const missing = await this.#loadOrExplain(node);
    const place = `${addressOf(node)} (${server})`;
    for (const warning of warnings) this.#warnOnce(`${place}: ${warning}`);
    const reasons = [...missing, ...refusals];
    if (reasons.length === 0) this.#refusals.delete(node);
    else this.#refuse(node, `${place} is refused: ${reasons.join('; ')}`);
  }

  /** Warns once for as long as the refusal lasts. */
  #refuse(node: Redis, message: string): void {
    this.#lookForAnother(node);
    if (this.#refusals.get(node)?.message === message) return;
    this.#refusals.set(node, new StoreSettingsRefused(message));
    this.#warn(message);
  }

  /** A primary that was replaced may keep its connections for seconds: ask Sentinel again. */
  #lookForAnother(node: Redis): void {
    const now = performance.now();
    if (!node.options.sentinels?.length || now < (this.#searched.get(node) ?? 0) + SEARCH_INTERVAL_MS) return;
    this.#searched.set(node, now);
    node.disconnect(true);
  }

  async #loadOrExplain(node: Redis): Promise<string[]> {
    try {
      // Loading it again would write all of it to the append-only file, with each probe of readiness.
      if (!(await this.#hasLibrary(node))) await this.load(node);
      return [];
    } catch (error) {
      if (!isErrorReply(error)) throw error;
      // Another, such as MASTERDOWN or NOREPLICAS, passes; what needs the library fails until then.
      if (!isLasting(error)) return [];
      return [`functions are not available (${error.message}); Redis 7 or Valkey, and FUNCTION and FCALL permitted`];
    }
  }

  async #hasLibrary(node: Redis): Promise<boolean> {
    const found = await unlessRefused(node.function('LIST', 'LIBRARYNAME', LIBRARY, 'WITHCODE'));
    if (found instanceof CommandRefused) return false;
    return found.some((library) => Array.isArray(library) && library.includes(this.#library));
  }

  /** Its clock is what shows which of several processes is wrong (SR-63). */
  warnOfHiddenClock(node: Redis): void {
    this.#warnOnce(
      `${addressOf(node)}: TIME is forbidden for this Redis user, so a process with a wrong clock is not found (grant it with: ACL SETUSER <user> +time)`,
    );
  }

  #warnOnce(message: string): void {
    if (this.#warned.has(message)) return;
    this.#warned.add(message);
    this.#warn(message);
  }
}

function addressOf({ options: { path, host, port } }: Redis): string {
  return path ?? `${host}:${port}`;
}

function ignore(): void {}
