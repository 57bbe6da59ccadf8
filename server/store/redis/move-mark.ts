import type { PartitionState, StoreMove } from '../../kernel/ports/store.ts';
import type { Client } from './connect.ts';
import type { Keys } from './keys.ts';
import { readEntry } from './read-streams.ts';
import type { Writer } from './writer.ts';

interface Deployment {
  readonly client: Client;
  readonly writer: Writer;
  readonly keys: Keys;
  readonly partitions: number;
}

const MOVED = 'moved ';

/** The move that stands in place of a deployment's settings, and those settings. */
export function parseDeployment(text: string): { settings: string; move: StoreMove | undefined } {
  if (!text.startsWith(MOVED)) return { settings: text, move: undefined };
  return JSON.parse(text.slice(MOVED.length)) as { settings: string; move: StoreMove };
}

/**
 * First the deployment, so that no process starts any more; then each partition's state becomes a text: the first write
 * of every commit, in every version of the library, fails on it. Undefined: in the opposite order.
 */
export async function writeMove(deployment: Deployment, move: StoreMove | undefined): Promise<void> {
  const { client, writer, keys, partitions } = deployment;
  const { settings } = parseDeployment((await client.get(keys.deployment)) ?? '');
  const text = move ? MOVED + JSON.stringify({ settings, move }) : settings;
  const all = Array.from({ length: partitions }, (_, partition) => partition);
  const setText = () => writer.write(keys.deployment, () => ['set', keys.deployment, text]);
  if (move) await setText();
  await Promise.all(all.map((partition) => (move ? close(deployment, partition) : reopen(deployment, partition))));
  if (!move) await setText();
}

export async function readStates(deployment: Deployment): Promise<PartitionState[]> {
  const all = Array.from({ length: deployment.partitions }, (_, partition) => readState(deployment, partition));
  return Promise.all(all);
}

async function close(deployment: Deployment, partition: number): Promise<void> {
  const { client, writer, keys } = deployment;
  const state = keys.state(partition);
  if ((await client.type(state)) === 'string') return;
  const { commits, events } = await readState(deployment, partition);
  await writer.write(keys.home(partition), () => ['set', state, `${MOVED}${commits} ${events}`]);
}

async function reopen(deployment: Deployment, partition: number): Promise<void> {
  const { client, writer, keys } = deployment;
  const [home, state] = [keys.home(partition), keys.state(partition)];
  if ((await client.type(state)) !== 'string') return;
  const { commits, events } = await readState(deployment, partition);
  // In one step, because a commit in between would begin to count from 1.
  const next = `${home}reopened-state`;
  await writer.write(home, () => ['hset', next, 'commits', commits, 'events', events]);
  await writer.write(home, () => ['rename', next, state]);
}

/** A commit may have come between the reading of a state and its end, so the stream itself is asked too. */
async function readState({ client, keys }: Deployment, partition: number): Promise<PartitionState> {
  const state = keys.state(partition);
  const isClosed = (await client.type(state)) === 'string';
  const [commits, events] = isClosed
    ? ((await client.get(state)) ?? '').slice(MOVED.length).split(' ')
    : await client.hmget(state, 'commits', 'events');
  const [newest] = await client.xrevrange(keys.events(partition), '+', '-', 'COUNT', 1);
  const last = newest ? readEntry(newest).sequence : 0;
  return { commits: Number(commits ?? 0), events: Math.max(last, Number(events ?? 0)) };
}
