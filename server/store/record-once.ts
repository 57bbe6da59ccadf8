import type { Ports } from '../kernel/ports/ports.ts';
import type { DocumentKey, Store } from '../kernel/ports/store.ts';
import { ABSENT } from '../kernel/ports/store.ts';
import { newOperation } from './transact.ts';

type Needs = Pick<Ports, 'store' | 'clock' | 'random'>;

const noted = new WeakMap<Store, Map<string, number>>();
/** Forgotten when there are more: they are then looked up once more, and not written. */
const REMEMBERED = 10_000;

/**
 * Notes in the store when something last happened, to within `stepMs`; without it, that it has happened at all. Whoever it
 * happens to does not wait for it: what this process has noted it does not note again, and a note that could not be made
 * is made the next time.
 *
 * @returns when it is noted; never rejects
 */
export async function recordOnce(
  ports: Needs,
  key: DocumentKey<{ at: number }>,
  stepMs = Number.POSITIVE_INFINITY,
): Promise<void> {
  const now = ports.clock.now();
  let known = noted.get(ports.store);
  if (!known || known.size > REMEMBERED) {
    known = new Map();
    noted.set(ports.store, known);
  }
  const name = `${key.anchor}/${key.name}`;
  const last = known.get(name);
  if (last !== undefined && now - last < stepMs) return;
  known.set(name, now);
  const remembered = known;
  await write(ports, key, now, stepMs).catch(() => remembered.delete(name));
}

async function write(ports: Needs, key: DocumentKey<{ at: number }>, now: number, stepMs: number): Promise<void> {
  const [stored] = await ports.store.getMany([key], now);
  if (stored && now - stored.value.at < stepMs) return;
  await ports.store.commit({
    anchor: key.anchor,
    operation: newOperation(ports),
    now,
    expect: [{ key, version: stored?.version ?? ABSENT }],
    put: [{ key, value: { at: now } }],
  });
}
