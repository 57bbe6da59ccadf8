import type { StoreMove } from '../../kernel/ports/movable-store.ts';
import { type PartitionState, StoreClosed } from '../../kernel/ports/store.ts';
import type { Client } from './connect.ts';
import type { Keys } from './keys.ts';
import { MOVE, REOPEN } from './library.ts';
import { readEntry } from './read-streams.ts';
import type { Command, Writer } from './writer.ts';

export interface Deployment {
  readonly client: Client;
  readonly writer: Writer;
  readonly keys: Keys;
  readonly partitions: number;
}

const MOVED = 'moved ';

/** A move that stands in place of a deployment's settings. */
export interface DeploymentMove {
  readonly move: StoreMove;
  /** Of the command that moves. It is in the lease, and in the states of the partitions. */
  readonly run: string;
  readonly isFinished: boolean;
}

export function writeDeployment(settings: string, move: DeploymentMove): string {
  return MOVED + JSON.stringify({ settings, ...move });
}

export function parseDeployment(text: string): { settings: string; moved: DeploymentMove | undefined } {
  if (!text.startsWith(MOVED)) return { settings: text, moved: undefined };
  const { settings, ...moved } = JSON.parse(text.slice(MOVED.length)) as { settings: string } & DeploymentMove;
  return { settings, moved };
}

/** A command that replaces the text of the deployment, if it is that one and the run has the lease, or has lost it. */
export function replaceDeployment(
  keys: Keys,
  { from, to, run, lease }: { from: string; to: string; run: string; lease: 'held' | 'lost' },
): Command {
  return ['fcall', MOVE, 2, keys.deployment, keys.lease, from, to, run, lease];
}

/**
 * Ends a move whose command has not shown itself during its lease. The partitions that it closed are opened when a commit
 * finds them.
 *
 * @throws StoreClosed while the lease runs, or if the move is finished
 */
export async function endLostMove({ client, writer, keys }: Deployment): Promise<void> {
  const text = (await client.get(keys.deployment)) ?? '';
  const { settings, moved } = parseDeployment(text);
  if (!moved) return;
  if (moved.isFinished || (await client.get(keys.lease)) === moved.run) {
    throw new StoreClosed(moved.move, moved.isFinished);
  }
  const command = replaceDeployment(keys, { from: text, to: settings, run: moved.run, lease: 'lost' });
  if (Number(await writer.write(keys.deployment, () => command)) === 0) throw new StoreClosed(moved.move, false);
}

/**
 * After a commit that failed on the state of its partition: opens the partition if it was closed by a move that has ended.
 *
 * @throws StoreClosed as {@link endLostMove}
 */
export async function openPartition(deployment: Deployment, partition: number): Promise<void> {
  const { client, writer, keys } = deployment;
  const state = keys.state(partition);
  // Read first: a run that closes the partition later is another one, and stays undisturbed.
  const [, , run] = (await client.type(state)) === 'string' ? parseState((await client.get(state)) ?? '') : [];
  await endLostMove(deployment);
  if (run !== undefined) await writer.write(keys.home(partition), () => ['fcall', REOPEN, 1, state, run]);
}

export async function readStates(deployment: Deployment): Promise<PartitionState[]> {
  const all = Array.from({ length: deployment.partitions }, (_, partition) => readState(deployment, partition));
  return Promise.all(all);
}

/** The state of a closed partition: last commit, last event, run. */
export function parseState(text: string): string[] {
  return text.slice(MOVED.length).split(' ');
}

async function readState({ client, keys }: Deployment, partition: number): Promise<PartitionState> {
  const state = keys.state(partition);
  const isClosed = (await client.type(state)) === 'string';
  const [commits, events] = isClosed
    ? parseState((await client.get(state)) ?? '')
    : await client.hmget(state, 'commits', 'events');
  const [newest] = await client.xrevrange(keys.events(partition), '+', '-', 'COUNT', 1);
  const last = newest ? readEntry(newest).sequence : 0;
  return { commits: Number(commits ?? 0), events: Math.max(last, Number(events ?? 0)) };
}
