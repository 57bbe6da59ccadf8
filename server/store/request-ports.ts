import type { PasswordHasher } from '../kernel/ports/password-hasher.ts';
import type { Ports } from '../kernel/ports/ports.ts';
import type { Change, CommitOutcome, DocumentOf, RawKey, Stored } from '../kernel/ports/store.ts';
import type { ProcessStore } from '../kernel/process-memory.ts';
import { DelegatingStore } from './delegating-store.ts';

/** The ports whose calls take long enough for another request to change what was read before them. */
type SlowPorts = Partial<Pick<Ports, 'hasher' | 'breachedPasswords' | 'courier' | 'codes' | 'webhookSender'>>;

/** `process`: the ports without a phase, for what runs beside the request or after its decision. */
export type RequestPorts<P> = P & { readonly store: RequestStore; readonly process: P };

/**
 * The ports of one request, whose store reads in phases. A hash, a lookup of a breached password, a mail, a code and a
 * hook each end the phase: what was read before is forgotten, and a read meanwhile throws (SR-4, SR-87).
 *
 * @param store of the request, if its caller was authenticated with it
 */
export function forRequest<P extends Pick<Ports, 'store'> & SlowPorts>(
  ports: P,
  store = new RequestStore(ports.store),
): RequestPorts<P> {
  return { ...ports, ...slowPorts(ports, store), store, process: ports };
}

/** What runs beside a request ends none of its phases. */
export function besideRequest<P extends object>(ports: P & { readonly process?: P }): P {
  return ports.process ?? ports;
}

type Slow = <T>(call: () => Promise<T>) => Promise<T>;

function slowPorts(ports: SlowPorts, store: RequestStore): SlowPorts {
  const { hasher, breachedPasswords: list, courier, codes, webhookSender: sender } = ports;
  const slow: Slow = (call) => store.endPhaseFor(call);
  return {
    ...(hasher && { hasher: slowHasher(hasher, slow) }),
    ...(list && { breachedPasswords: { isListed: (password) => slow(() => list.isListed(password)) } }),
    ...(courier && { courier: { ...courier, send: (message) => slow(() => courier.send(message)) } }),
    ...(codes && { codes: { ...codes, send: (message) => slow(() => codes.send(message)) } }),
    ...(sender && {
      webhookSender: {
        read: (url) => sender.read(url),
        send: (...asked) => slow(() => sender.send(...asked)),
        ask: (...asked) => slow(() => sender.ask(...asked)),
      },
    }),
  };
}

function slowHasher(hasher: PasswordHasher, slow: Slow): PasswordHasher {
  return {
    reserve() {
      const permit = hasher.reserve();
      return {
        prepare: (phc) => permit.prepare(phc),
        verify: (...asked) => slow(() => permit.verify(...asked)),
        evenOut: (costMs) => slow(() => permit.evenOut(costMs)),
        release: () => permit.release(),
      };
    },
    hash: (password) => slow(() => hasher.hash(password)),
    verify: (...asked) => slow(() => hasher.verify(...asked)),
    needsRehash: (phc) => hasher.needsRehash(phc),
    deriveKey: (...asked) => slow(() => hasher.deriveKey(...asked)),
  };
}

/**
 * The store of one request, which reads in phases. Within a phase, what was read ahead is not read again, and any other
 * document is read from the store. Anything slow ends the phase (SR-4): `forRequest` sees to that.
 */
export class RequestStore extends DelegatingStore implements ProcessStore {
  readonly #store: ProcessStore;
  readonly memory: ProcessStore['memory'];
  readonly #slowCalls = { running: 0, begun: 0 };
  // Few: searching a list takes less time than making and hashing a text of each key.
  #known: { readonly key: RawKey; readonly stored: Stored<unknown> | undefined }[] = [];

  constructor(store: ProcessStore) {
    super(store);
    this.#store = store;
    this.memory = store.memory;
  }

  /** Reads the documents that are not known yet in one trip, for steps that would read them one after the other. */
  async readAhead(keys: readonly RawKey[], now: number): Promise<void> {
    const unknown: RawKey[] = [];
    for (const key of keys) {
      if (!this.#find(key) && !unknown.some((other) => isSame(other, key))) unknown.push(key);
    }
    if (unknown.length === 0) return;
    const known = this.#known;
    const found = await this.#read(unknown, now);
    // Of the phase in which it was asked for, which may have ended.
    unknown.forEach((key, at) => {
      known.push({ key, stored: found[at] });
    });
  }

  /** Begins another phase with these documents. */
  readAgain(keys: readonly RawKey[], now: number): Promise<void> {
    this.endPhase();
    return this.readAhead(keys, now);
  }

  /** Whether this phase has read all of them ahead. */
  knows(keys: readonly RawKey[]): boolean {
    return keys.every((key) => this.#find(key));
  }

  /** If one of them is not known, all are read, so that what a step reads together stays together. */
  override async getMany<const K extends readonly RawKey[]>(
    keys: K,
    now: number,
  ): Promise<{ -readonly [I in keyof K]: Stored<DocumentOf<K[I]>> | undefined }> {
    const found: (Stored<unknown> | undefined)[] = [];
    for (const key of keys) {
      const known = this.#find(key);
      if (!known) return this.#read(keys, now);
      found.push(known.stored);
    }
    return found as { -readonly [I in keyof K]: Stored<DocumentOf<K[I]>> | undefined };
  }

  /** Forgets what the change names: after a conflict the next read asks the store. */
  override commit(change: Change): Promise<CommitOutcome> {
    const named = [...change.expect, ...(change.put ?? [])].map(({ key }) => key);
    const changed = [...named, ...(change.delete ?? [])];
    this.#known = this.#known.filter(({ key }) => !changed.some((one) => isSame(one, key)));
    return this.#store.commit(change);
  }

  /** Everything is read from the store from now on. */
  endPhase(): void {
    this.#known = [];
  }

  /**
   * Runs something slow: the phase ends before it, and another begins after it. A read beside it is a bug and throws,
   * because its documents may have changed by the end.
   */
  async endPhaseFor<T>(slow: () => Promise<T>): Promise<T> {
    this.endPhase();
    this.#slowCalls.begun += 1;
    this.#slowCalls.running += 1;
    try {
      return await slow();
    } finally {
      this.#slowCalls.running -= 1;
    }
  }

  async #read<const K extends readonly RawKey[]>(keys: K, now: number) {
    const { begun, running } = this.#slowCalls;
    if (running > 0) throw endedPhase();
    const found = await this.#store.getMany(keys, now);
    if (this.#slowCalls.begun > begun) throw endedPhase();
    return found;
  }

  #find(key: RawKey) {
    return this.#known.find((known) => isSame(known.key, key));
  }
}

function endedPhase(): TypeError {
  return new TypeError('read from a phase that a slow call has ended');
}

function isSame(one: RawKey, other: RawKey): boolean {
  return one.name === other.name && one.anchor === other.anchor;
}
