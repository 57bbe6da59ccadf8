import { CodedError } from '@countersign/protocol/coded-error';
import type { Ports } from '../../kernel/ports/ports.ts';
import { StoreVersionRefused } from '../../kernel/ports/store.ts';
import { Contention, transact } from '../../store/transact.ts';
import { processesDocument } from './documents.ts';
import {
  type Admission,
  admit,
  type Entrant,
  type LiveProcess,
  type ProcessRegistry,
  withoutProcess,
} from './process-registry.ts';
import { isOneSeenRunning, lookAt, type ProcessWatch, SILENCE_MS, silentProcesses } from './process-watch.ts';

/** Other processes of the store do not allow this one beside them. Once they have ended, another start succeeds. */
export class ProcessRefused extends CodedError {
  readonly code = 'PROCESS_REFUSED';
}

/**
 * Before anything of the store is changed.
 *
 * @throws StoreVersionRefused
 */
export function refuseOldVersion(registry: ProcessRegistry | undefined, version: string, shape: number): void {
  if (registry && shape < registry.required.shape) throw tooOld(version, registry.required.version);
}

/** The record of this process in the store. */
export interface Registration {
  readonly id: string;
  /** @throws ProcessRefused, StoreVersionRefused if others took its place while it did not run: it has to end */
  renew(): Promise<void>;
  /** For an orderly end. Never rejects: without it the record expires. */
  leave(): Promise<void>;
}

/** The workers of a large machine start at once, and each wins once. */
const MAX_ATTEMPTS = 32;

async function persist<T>(work: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await work();
    } catch (error) {
      if (!(error instanceof Contention) || attempt === MAX_ATTEMPTS) throw error;
    }
  }
}

/** How often a process looks again that others may be in the way of. */
export const LOOK_MS = 500;
/** Others may have started and been killed meanwhile. */
const MAX_WAIT_MS = 2 * SILENCE_MS;

export interface ProcessWait {
  readonly pause: (ms: number) => Promise<unknown>;
  readonly monotonicMs: () => number;
  /** Called if the end of this process could not be stored. */
  readonly onNotLeft?: (error: unknown) => void;
  /** Called once, if the start waits for the end of these or a sign that they run. */
  readonly onWait?: (others: readonly LiveProcess[]) => void;
}

/** Nothing that this reads or writes expires. */
const ANY_TIME = { now: () => 0 };

/**
 * Enters this process among those of its store, before it seals or changes anything. If others do not allow it beside them,
 * it watches if one of them renews its record, and so runs; otherwise they were killed.
 *
 * @param now undefined while the clock is in doubt
 * @throws ProcessRefused after up to two renewals
 * @throws StoreVersionRefused if the store belongs to a newer version
 */
export async function registerProcess(
  { store, random }: Pick<Ports, 'store' | 'random'>,
  entrant: Omit<Entrant, 'id'>,
  now: () => number | undefined,
  { pause, monotonicMs, onWait, onNotLeft }: ProcessWait,
): Promise<Registration> {
  const id = Buffer.from(random.bytes(9)).toString('base64url');
  const ports = { store, random, clock: ANY_TIME };
  const key = processesDocument.key();
  let watch: ProcessWatch | undefined;
  const enter = (isStart: boolean): Promise<Admission> =>
    persist(() =>
      transact<[typeof key], Admission>(ports, key.anchor, [key], ([stored]) => {
        // No other process opens an embedded store, so the records in it are of processes that have ended.
        const known = isStart && store.isOrdered && stored ? { ...stored.value, processes: {} } : stored?.value;
        watch = lookAt(known, monotonicMs(), watch);
        const decided = admit(known, { id, ...entrant }, now(), silentProcesses(watch));
        if ('refused' in decided) return { answer: decided };
        return { answer: decided, write: { put: [{ key, value: decided.registry }] } };
      }),
    );
  const startedMs = monotonicMs();
  let admission = await enter(true);
  const canWait = () =>
    'refused' in admission &&
    admission.refused !== 'version-too-old' &&
    !(watch && isOneSeenRunning(watch, admission.others)) &&
    monotonicMs() - startedMs < MAX_WAIT_MS;
  if ('refused' in admission && canWait()) onWait?.(admission.others);
  while (canWait()) {
    await pause(LOOK_MS);
    admission = await enter(true);
  }
  if ('refused' in admission) throw refusalOf(admission, entrant.version);
  return {
    id,
    async renew() {
      const renewed = await enter(false);
      if ('refused' in renewed) throw refusalOf(renewed, entrant.version);
    },
    leave: () =>
      persist(() =>
        transact(ports, key.anchor, [key], ([stored]) => {
          const value = withoutProcess(stored?.value, id);
          return { answer: undefined, ...(value && { write: { put: [{ key, value }] } }) };
        }),
      ).catch((error: unknown) => onNotLeft?.(error)),
  };
}

/** Does the rest of a start. If that fails, the record goes at once, so that it holds up no start with other keys. */
export async function leaveOnFailure<T>(
  registration: Pick<Registration, 'leave'>,
  start: () => Promise<T>,
): Promise<T> {
  try {
    return await start();
  } catch (error) {
    await registration.leave();
    throw error;
  }
}

function refusalOf(
  { refused, others, requiredVersion }: Extract<Admission, { refused: unknown }>,
  version: string,
): Error {
  if (refused === 'version-too-old') return tooOld(version, requiredVersion);
  const running = describeProcesses(others);
  return new ProcessRefused(
    refused === 'older-processes'
      ? `version ${version} writes what other processes of this store do not know: stop them first (${running})`
      : `the master keys are not those of the other processes of this store: each must decrypt what another encrypts, so give all of them the new key as an old one first (${running})`,
  );
}

function tooOld(version: string, required?: string): StoreVersionRefused {
  return new StoreVersionRefused(
    `this store is used by ${required === undefined ? 'a newer version' : `version ${required}`}, and version ${version} cannot read its format: start that version, or restore a backup of this one`,
  );
}

export function describeProcesses(processes: readonly LiveProcess[]): string {
  return processes
    .map(
      ({ version, masterKeys, startedAt }) =>
        `version ${version} since ${new Date(startedAt).toISOString()}, sealing with key ${masterKeys[0]}`,
    )
    .join('; ');
}
