import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { waitUntil } from '../../server/testing/wait-until.ts';
import type { Rig } from './rig.ts';
import type { Client } from './traffic.ts';

export interface Drill {
  readonly name: string;
  /** Whether requests may fail for a while. What was acknowledged may never be lost. */
  readonly mayFail: boolean;
  /** @param progress resolves when the clients have done so much more */
  run(rig: Rig, progress: () => Promise<void>): Promise<void>;
}

/** What a drill did to the clients, and what was lost. */
export interface Outcome {
  readonly name: string;
  readonly mayFail: boolean;
  readonly acknowledged: number;
  readonly failures: ReadonlyMap<string, number>;
  readonly longestGapMs: number;
  readonly lostUsers: number;
  readonly lostEvents: number;
  readonly replayed: number;
}

export const hasFailed = ({ mayFail, failures, lostUsers, lostEvents, replayed }: Outcome): boolean =>
  lostUsers + lostEvents + replayed > 0 || (!mayFail && failures.size > 0);

/** Successes between two steps of a drill. */
const PROGRESS = 60;

export async function runDrill(rig: Rig, { name, mayFail, run }: Drill): Promise<Outcome> {
  const clients = await rig.clients();
  await underTraffic(clients, async (progress) => {
    await progress();
    await run(rig, progress);
    await progress();
  });
  return { name, mayFail, ...(await losses(rig, clients)), ...summary(clients) };
}

/** Until `work` is done; ends the clients also when it fails. */
export async function underTraffic(
  clients: readonly Client[],
  work: (progress: () => Promise<void>) => Promise<void>,
  pauseMs = 0,
): Promise<void> {
  const progress = async () => {
    const goal = successesOf(clients) + PROGRESS;
    await waitUntil('the clients get on', () => successesOf(clients) >= goal);
  };
  let isOver = false;
  const running = Promise.all(clients.map((client) => client.run(() => isOver, pauseMs)));
  try {
    await work(progress);
  } finally {
    isOver = true;
    await running;
  }
}

const successesOf = (clients: readonly Client[]) => clients.reduce((sum, { successes }) => sum + successes, 0);

export function summary(clients: readonly Client[]) {
  const failures = new Map<string, number>();
  for (const client of clients) {
    for (const [what, count] of client.failures) failures.set(what, (failures.get(what) ?? 0) + count);
  }
  return {
    failures,
    acknowledged: successesOf(clients),
    longestGapMs: Math.max(...clients.map(({ longestGapMs }) => longestGapMs)),
  };
}

async function losses(rig: Rig, clients: readonly Client[]) {
  const replayed = await replays(clients);
  // A refusal counts against the token; this also shows that the next code works.
  for (const client of clients) await client.signIn();
  const created = clients.flatMap((client) => client.created);
  const granted = new Map(clients.map((client) => [client.person.token, client.granted]));
  return { replayed, lostUsers: await lostUsers(rig, created), lostEvents: await lostEvents(rig, granted) };
}

export async function replays(clients: readonly Client[]): Promise<number> {
  let count = 0;
  for (const client of clients) if (await client.replays()) count += 1;
  return count;
}

export async function lostUsers(rig: Rig, created: readonly string[]): Promise<number> {
  let lost = 0;
  for (const id of created) {
    if ((await rig.ask('GET', `/v1/users/${id}`)).status !== 200) lost += 1;
  }
  return lost;
}

/**
 * Acknowledged sign-ins that a verified export of the audit log does not have.
 *
 * @param granted how many with each token
 * @param oldKeys files of key sets that signed before
 */
export async function lostEvents(
  rig: Rig,
  granted: ReadonlyMap<string, number>,
  oldKeys: readonly string[] = [],
): Promise<number> {
  const [one] = rig.processes;
  const file = join(rig.folder, 'events.jsonl');
  const total = [...granted.values()].reduce((sum, count) => sum + count, 0);
  let found = 0;
  const areSealed = async () => {
    await rm(file, { force: true });
    await one.run(['event', 'export', '--output', file]);
    found = countGranted(await readFile(file, 'utf8'), new Set(granted.keys()));
    return found >= total;
  };
  // Too few are what the table shows.
  await waitUntil('the events are sealed', areSealed, 30_000).catch(() => {});
  const keys = [...oldKeys, await saveKeys(rig, 'keys.json')].flatMap((name) => ['--keys', name]);
  await one.run(['audit', 'verify', file, ...keys]);
  return Math.max(0, total - found);
}

/** The key set of now, as a file. */
export async function saveKeys(rig: Rig, name: string): Promise<string> {
  const file = join(rig.folder, name);
  await writeFile(file, JSON.stringify((await rig.ask('GET', '/.well-known/jwks.json')).body));
  return file;
}

function countGranted(lines: string, tokens: ReadonlySet<string>): number {
  let count = 0;
  for (const line of lines.split('\n')) {
    if (!line.includes('"granted"')) continue;
    for (const token of tokens) if (line.includes(token)) count += 1;
  }
  return count;
}
