import { StoreMoved } from '../../kernel/ports/movable-store.ts';
import { PartitionsRefused, StoreClosed, StoreUnavailable, StoreVersionRefused } from '../../kernel/ports/store.ts';
import { MINUTE_MS } from '../../kernel/time.ts';
import type { Client } from './connect.ts';
import { endLostMove, parseDeployment } from './deployment-text.ts';
import { explainFailure } from './explain-failure.ts';
import type { Keys } from './keys.ts';
import type { Writer } from './writer.ts';

/** Number of the layout of keys and values. */
export const LAYOUT = 1;

/**
 * Stores the settings of a new deployment, or compares them: with another number of partitions every document would be
 * looked up in the wrong partition.
 *
 * @throws StoreMoved, StoreVersionRefused, PartitionsRefused
 * @throws StoreClosed while the store is closed for a move
 */
export async function claimDeployment(
  client: Client,
  writer: Writer,
  {
    keys,
    partitions,
    usesTls,
    shouldOpenMoved,
  }: { keys: Keys; partitions: number; usesTls: boolean; shouldOpenMoved: boolean },
): Promise<void> {
  const ours = `layout=${LAYOUT} partitions=${partitions}`;
  let found: string | null;
  try {
    await client.set(keys.deployment, ours, 'NX');
    found = await client.get(keys.deployment);
    // It may exist without a replica's confirmation, which a later write includes. The text itself may be that of a move now.
    const check = `${keys.deployment}:check`;
    if (found === ours) await writer.write(keys.deployment, () => ['set', check, '1', 'PX', MINUTE_MS]);
    const { moved } = parseDeployment(found ?? '');
    if (moved && !moved.isFinished) await endLostMove({ client, writer, keys, partitions });
  } catch (error) {
    if (error instanceof StoreClosed) throw error;
    throw new StoreUnavailable(`Redis did not confirm the deployment: ${explainFailure(error, usesTls)}`, {
      cause: error,
    });
  }
  const { settings, moved } = parseDeployment(found ?? '');
  if (moved?.isFinished && !shouldOpenMoved) throw new StoreMoved(moved.move);
  if (found !== null && !settings.startsWith(`layout=${LAYOUT} `)) {
    throw new StoreVersionRefused(
      `this Redis holds a deployment with ${settings}, and this version reads layout ${LAYOUT}: start the newer version that wrote it, or restore a backup of this one`,
    );
  }
  if (settings === ours) return;
  const stored = Number(/ partitions=(\d+)$/.exec(settings)?.[1]);
  if (stored > 0) throw new PartitionsRefused(stored, partitions);
  throw new Error(`This Redis holds a deployment with ${settings}, but the configuration says ${ours}`);
}
