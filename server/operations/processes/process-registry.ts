import { omitUndefined } from '@countersign/protocol/omit-undefined';
import { MINUTE_MS, SECOND_MS } from '../../kernel/time.ts';

export const RENEWAL_MS = 10 * SECOND_MS;
/**
 * For a process that looks once: a record that is older has ended. The clocks of two processes may differ by a minute. One
 * that watches the record knows sooner.
 */
export const LEASE_MS = 3 * MINUTE_MS;

/** What a process states for the others of its store. */
export interface ProcessRecord {
  /** Of the service. */
  readonly version: string;
  /** The form of documents that it knows. */
  readonly shape: number;
  /** Ids of its master keys, which reveal nothing about them. The first one seals. */
  readonly masterKeys: readonly string[];
  readonly startedAt: number;
  readonly renewedAt: number;
  /** Counts the renewals, also those of a clock in doubt, which leave `renewedAt` as it is. */
  readonly renewals: number;
}

/** The processes of a store, by a random id of each. */
export interface ProcessRegistry {
  readonly processes: Readonly<Record<string, ProcessRecord>>;
  /** The form of documents that a process has to know, and the first version that required it. */
  readonly required: { readonly shape: number; readonly version: string };
}

/** A process that starts, or renews its record. */
export interface Entrant extends Omit<ProcessRecord, 'renewedAt' | 'renewals'> {
  readonly id: string;
  /** The oldest form whose versions can use everything that this one writes. */
  readonly compatibleShape: number;
}

export type RefusalReason =
  /** The store holds what this version does not know. */
  | 'version-too-old'
  /** Processes run that do not know what this version writes. */
  | 'older-processes'
  /** This process could not open what another seals, or the other way round. */
  | 'master-key';

export type Admission =
  | { readonly registry: ProcessRegistry }
  | { readonly refused: RefusalReason; readonly others: readonly LiveProcess[]; readonly requiredVersion?: string };

export type LiveProcess = ProcessRecord & { readonly id: string };

/** The processes that run, also those whose clock is ahead. */
export function liveProcesses(registry: ProcessRegistry | undefined, now: number): LiveProcess[] {
  return Object.entries(registry?.processes ?? {})
    .filter(([, { renewedAt }]) => now - renewedAt < LEASE_MS)
    .map(([id, process]) => ({ id, ...process }));
}

/**
 * Decides if a process may use the store beside those that run, and adds or renews its record.
 *
 * @param now undefined while the clock of this process is in doubt: then it takes the time of the last renewal, so that it
 *   neither ends the lease of another process nor lets its own expire
 * @param silent ids of those that this process has watched and that have ended, whatever their records say
 */
export function admit(
  registry: ProcessRegistry | undefined,
  entrant: Entrant,
  now: number | undefined,
  silent: ReadonlySet<string> = new Set(),
): Admission {
  const { id, compatibleShape, ...record } = entrant;
  const at = now ?? lastRenewal(registry) ?? record.startedAt;
  const others = liveProcesses(registry, at).filter((other) => other.id !== id && !silent.has(other.id));
  const required = registry?.required ?? { shape: compatibleShape, version: record.version };
  const refuse = (refused: RefusalReason, whom = others): Admission => ({
    refused,
    others: whom,
    ...omitUndefined({ requiredVersion: refused === 'version-too-old' ? required.version : undefined }),
  });
  if (record.shape < required.shape) return refuse('version-too-old');
  const older = others.filter(({ shape }) => shape < compatibleShape);
  if (older.length > 0) return refuse('older-processes', older);
  const strangers = others.filter(({ masterKeys }) => !canShareSecrets(record.masterKeys, masterKeys));
  if (strangers.length > 0) return refuse('master-key', strangers);
  // A time that is still to come would keep the record of a process that has ended.
  const kept = others.map(({ id: other, ...rest }) => [other, { ...rest, renewedAt: Math.min(rest.renewedAt, at) }]);
  const renewals = (registry?.processes[id]?.renewals ?? 0) + 1;
  return {
    registry: {
      processes: { ...Object.fromEntries(kept), [id]: { ...record, renewedAt: at, renewals } },
      required: compatibleShape > required.shape ? { shape: compatibleShape, version: record.version } : required,
    },
  };
}

/** Undefined if it had no record. */
export function withoutProcess(registry: ProcessRegistry | undefined, id: string): ProcessRegistry | undefined {
  if (registry?.processes[id] === undefined) return undefined;
  const { [id]: _left, ...processes } = registry.processes;
  return { ...registry, processes };
}

/** True if each opens what the other seals. */
function canShareSecrets(ours: readonly string[], theirs: readonly string[]): boolean {
  const opens = (keys: readonly string[], [sealing]: readonly string[]) =>
    sealing !== undefined && keys.includes(sealing);
  return opens(ours, theirs) && opens(theirs, ours);
}

function lastRenewal(registry: ProcessRegistry | undefined): number | undefined {
  const times = Object.values(registry?.processes ?? {}).map(({ renewedAt }) => renewedAt);
  return times.length === 0 ? undefined : Math.max(...times);
}
