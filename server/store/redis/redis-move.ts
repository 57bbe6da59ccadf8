import { randomBytes } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import {
  CLOSED_LEASE_MS,
  MOVE_LEASE_MS,
  MoveInterrupted,
  type MoveSource,
  type StoreChanges,
  type StoreMove,
} from '../../kernel/ports/movable-store.ts';
import type { PartitionState, RecordName } from '../../kernel/ports/store.ts';
import type { Client } from './connect.ts';
import {
  type Deployment,
  endLostMove,
  openPartition,
  parseDeployment,
  parseState,
  readStates,
  replaceDeployment,
  writeDeployment,
} from './deployment-text.ts';
import { CLOSE, JOURNAL, RENEW } from './library.ts';
import { readCounters } from './scan-counters.ts';
import { nameOfDocument, nameOfEntry, servers } from './scan-keys.ts';
import { SKIPPED_VERSIONS } from './send-commit.ts';

interface RedisMoveParts extends Deployment {
  readonly prefix: string;
  /** Sends commands, and once more if the connection broke. */
  readonly ask: <T>(send: () => Promise<T>) => Promise<T>;
  /** Milliseconds, with those that the machine slept: another command may have moved the store meanwhile. */
  readonly elapsed: () => number;
}

interface Started {
  readonly run: string;
  readonly sourceId: string;
  /** The last commit of each partition. */
  readonly commits: readonly string[];
  readonly startedAt: number;
  readonly histories: string;
}

/** How far the journal of a partition was read. */
interface Position {
  /** Of the stream. */
  readonly entry: string;
  readonly version: number;
}

type JournalEntry = [id: Buffer, fields: Buffer[]];

const PAGE = 500;
const RENEW_EVERY_MS = 1000;
const KEEP_EVERY_MS = MOVE_LEASE_MS / 6;
const WATCH_EVERY_MS = 500;
const ENDED = 'the move took too long, and the store is in use: run it again';
const FAILED_OVER = 'a replica of Redis has become the primary meanwhile, and the store is in use: run it again';

/**
 * The move of a store on Redis. The function library notes in the journal what every process commits. A key with a TTL is
 * the lease of the command that moves: it is alone, and while the store is closed, its partitions are closed in its name.
 * A process that finds them so after the lease has ended opens them again.
 */
export class RedisMove implements MoveSource {
  readonly sourceId: string;
  readonly #parts: RedisMoveParts;
  readonly #run: string;
  readonly #histories: string;
  readonly #positions: Position[];
  /** The text of the deployment before and while the store is closed. */
  #closed: { readonly settings: string; readonly text: string; readonly move: StoreMove } | undefined;
  #states: readonly PartitionState[] = [];
  #heldUntil: number;
  #keptAt: number;
  #isFinished = false;

  constructor(parts: RedisMoveParts, { run, sourceId, commits, startedAt, histories }: Started) {
    this.#parts = parts;
    this.#run = run;
    this.#histories = histories;
    this.#keptAt = startedAt;
    this.#heldUntil = startedAt + MOVE_LEASE_MS;
    this.sourceId = sourceId;
    this.#positions = commits.map((version) => ({ entry: `${version}-1`, version: Number(version) }));
  }

  /** @throws StoreClosed if the store was moved */
  static async start(parts: RedisMoveParts): Promise<RedisMove> {
    const { client, writer, keys, partitions, ask } = parts;
    const run = randomBytes(12).toString('base64url');
    const startedAt = await takeLease(parts, run);
    try {
      const histories = await ask(() => readHistories(client));
      await ask(() => endLostMove(parts));
      await ask(() => writer.write(keys.source, () => ['set', keys.source, run, 'NX']));
      const sourceId = (await ask(() => client.get(keys.source))) ?? run;
      const commits = await ask(() =>
        inEach(partitions, async (partition) => {
          await openPartition(parts, partition);
          const names = [keys.state(partition), keys.journal(partition), keys.raised(partition)];
          return String(await client.fcall(JOURNAL, names.length, ...names, MOVE_LEASE_MS));
        }),
      );
      return new RedisMove(parts, { run, sourceId, commits, startedAt, histories });
    } catch (error) {
      await renewLease(parts, run, 0).catch(() => {});
      throw error;
    }
  }

  async readChanges(): Promise<StoreChanges> {
    const { client, keys, prefix, partitions, ask } = this.#parts;
    await this.renew();
    const pages = await ask(() =>
      inEach(partitions, (partition) => this.#readPage(partition, this.#positions[partition]?.entry ?? '-')),
    );
    const records = new Map<string, RecordName>();
    for (const [partition, { entries, isKept }] of pages.entries()) {
      if (!isKept) throw new MoveInterrupted(ENDED);
      for (const entry of entries) {
        const name = this.#advance(partition, entry);
        if (name) records.set(JSON.stringify(name), name);
      }
    }
    const raised = pages.flatMap((page) => page.raised);
    // Removed first, and then read: one that is raised meanwhile is there again.
    await ask(() =>
      inEach(partitions, async (partition) => {
        const some = pages[partition]?.raised ?? [];
        if (some.length > 0) await client.srem(keys.raised(partition), ...some);
      }),
    );
    const counters = await ask(() => readCounters(client, prefix, raised));
    const isLast = pages.every((page) => page.entries.length < PAGE && page.raised.length < PAGE);
    return { records: [...records.values()], counters, isLast };
  }

  async close(move: StoreMove): Promise<readonly PartitionState[]> {
    const { client, writer, keys, partitions, ask } = this.#parts;
    const { settings, moved } = parseDeployment((await ask(() => client.get(keys.deployment))) ?? '');
    if (moved) throw new MoveInterrupted(ENDED);
    const text = writeDeployment(settings, { move, run: this.#run, isFinished: false });
    this.#closed = { settings, text, move };
    await this.renew();
    await this.#replace(settings, text);
    const states = await ask(() =>
      inEach(partitions, async (partition) => {
        const state = keys.state(partition);
        const closed = await writer.write(keys.home(partition), () => ['fcall', CLOSE, 1, state, this.#run]);
        const [commits, , run] = parseState(String(closed));
        return { commits: Number(commits), run };
      }),
    );
    if (states.some(({ run }) => run !== this.#run)) throw new MoveInterrupted(ENDED);
    this.#states = await ask(() => readStates(this.#parts));
    // What is read now is confirmed. What was copied before may have been undone, or this reads from the former primary.
    const isSame = this.#states.every(({ commits }, partition) => commits === states[partition]?.commits);
    if (!isSame || (await ask(() => readHistories(client))) !== this.#histories) throw new MoveInterrupted(FAILED_OVER);
    await this.renew();
    return this.#states;
  }

  assertHeld(): void {
    if (this.#parts.elapsed() >= this.#heldUntil) throw new MoveInterrupted(ENDED);
  }

  async renew(): Promise<void> {
    const { elapsed } = this.#parts;
    this.assertHeld();
    const askedAt = elapsed();
    const leaseMs = this.#closed ? CLOSED_LEASE_MS : MOVE_LEASE_MS;
    // Asking for each page would cost as much as reading it.
    if (Math.abs(askedAt + leaseMs - this.#heldUntil) < RENEW_EVERY_MS) return;
    if (!(await renewLease(this.#parts, this.#run, leaseMs))) throw new MoveInterrupted(ENDED);
    this.#heldUntil = askedAt + leaseMs;
    if (askedAt >= this.#keptAt + KEEP_EVERY_MS) await this.#keepJournals(askedAt);
  }

  /** Also while nothing is read from them. */
  async #keepJournals(now: number): Promise<void> {
    const { client, keys, partitions, ask } = this.#parts;
    this.#keptAt = now;
    const kept = await ask(() =>
      inEach(partitions, async (partition) => {
        const [isKept] = await Promise.all([
          client.pexpire(keys.journal(partition), MOVE_LEASE_MS),
          client.pexpire(keys.raised(partition), MOVE_LEASE_MS),
        ]);
        return isKept;
      }),
    );
    if (kept.some((isKept) => isKept !== 1)) throw new MoveInterrupted(ENDED);
  }

  async finish(): Promise<void> {
    if (!this.#closed) throw new Error('the store is not closed');
    for (const [partition, { commits }] of this.#states.entries()) {
      this.#assertNoGap(commits - (this.#positions[partition]?.version ?? -1));
    }
    const { settings, text, move } = this.#closed;
    await this.#replace(text, writeDeployment(settings, { move, run: this.#run, isFinished: true }));
    this.#isFinished = true;
  }

  /** What fails here ends with the lease. */
  async end(): Promise<void> {
    const { client, keys, partitions, ask } = this.#parts;
    if (this.#isFinished) return;
    try {
      if (this.#closed) await this.#replace(this.#closed.text, this.#closed.settings);
      // The journals may be those of another move by now, and all of this has a TTL.
      if (!(await renewLease(this.#parts, this.#run, CLOSED_LEASE_MS))) return;
      await ask(() =>
        inEach(partitions, async (partition) => {
          if (this.#closed) await openPartition(this.#parts, partition);
          await client.del(keys.journal(partition), keys.raised(partition));
        }),
      );
      await renewLease(this.#parts, this.#run, 0);
    } catch {
      // Redis does not answer, or the move is finished although that was not confirmed.
    }
  }

  async #readPage(partition: number, after: string) {
    const { client, keys } = this.#parts;
    const journal = keys.journal(partition);
    const [entries, kept, raised] = await Promise.all([
      client.xrangeBuffer(journal, `(${after}`, '+', 'COUNT', PAGE) as Promise<JournalEntry[]>,
      client.pexpire(journal, MOVE_LEASE_MS),
      client.srandmemberBuffer(keys.raised(partition), PAGE) as unknown as Promise<Buffer[]>,
      client.xtrim(journal, 'MINID', '=', after),
    ]);
    return { entries, isKept: kept === 1, raised };
  }

  #advance(partition: number, [id, [field, value]]: JournalEntry): RecordName | undefined {
    const { prefix } = this.#parts;
    const entry = id.toString();
    const [version = 0, part = 0] = entry.split('-').map(Number);
    const before = this.#positions[partition]?.version ?? 0;
    if (part === 1) this.#assertNoGap(version - before - 1);
    else if (version !== before) this.#assertNoGap(-1);
    this.#positions[partition] = { entry, version };
    if (part === 1 || !field || !value) return undefined;
    return field.toString() === 'd' ? nameOfDocument(prefix, value) : nameOfEntry(prefix, field, value);
  }

  /** A connection's first commit skips versions; every other one takes the next. */
  #assertNoGap(versions: number): void {
    if (versions >= 0 && versions % SKIPPED_VERSIONS === 0) return;
    throw new MoveInterrupted(
      'a change was not noted: Redis lost unconfirmed changes, or something else writes to this store. Run this again',
    );
  }

  async #replace(from: string, to: string): Promise<void> {
    const { writer, keys, ask } = this.#parts;
    const command = replaceDeployment(keys, { from, to, run: this.#run, lease: 'held' });
    if (Number(await ask(() => writer.write(keys.deployment, () => command))) !== 1) throw new MoveInterrupted(ENDED);
  }
}

/**
 * Waits for the end of the lease of a command that was killed. One that runs renews it.
 *
 * @returns when the lease began
 */
async function takeLease({ client, writer, keys, ask, elapsed }: RedisMoveParts, run: string): Promise<number> {
  for (let leastLeft = Number.POSITIVE_INFINITY; ; await pause(WATCH_EVERY_MS)) {
    const startedAt = elapsed();
    // Confirmed, like its renewals: after a failover two commands would have it.
    await ask(() => writer.write(keys.lease, () => ['set', keys.lease, run, 'PX', MOVE_LEASE_MS, 'NX']));
    const [holder, left] = await ask(() => Promise.all([client.get(keys.lease), client.pttl(keys.lease)]));
    if (holder === run) return startedAt;
    if (left > leastLeft) throw new MoveInterrupted('this store is being moved by another command');
    if (left >= 0) leastLeft = left;
  }
}

/** @param forMs 0 ends the lease. @returns false if another run has it, or none */
async function renewLease({ writer, keys, ask }: RedisMoveParts, run: string, forMs: number): Promise<boolean> {
  return (await ask(() => writer.write(keys.lease, () => ['fcall', RENEW, 1, keys.lease, run, forMs]))) === 1;
}

/** Names the history of each primary. A replica that takes its place begins another one. */
async function readHistories(client: Client): Promise<string> {
  const texts = await Promise.all(servers(client).map((server) => server.info('replication')));
  return texts
    .map((text) => /^master_replid:(\w+)/m.exec(text)?.[1])
    .sort()
    .join(' ');
}

function inEach<T>(partitions: number, work: (partition: number) => Promise<T>): Promise<T[]> {
  return Promise.all(Array.from({ length: partitions }, (_, partition) => work(partition)));
}
