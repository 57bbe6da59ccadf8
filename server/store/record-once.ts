import type { Ports, WritePorts } from '../kernel/ports/ports.ts';
import { ABSENT, type DocumentKey } from '../kernel/ports/store.ts';
import { newOperation } from './transact.ts';

/** Maximum remembered notes; a forgotten one is read again and not rewritten. */
const REMEMBERED = 10_000;

/**
 * Records in the store when an event last happened, to within `stepMs`; without it, that it has happened at all. The
 * caller need not await it. The process does not repeat a note that it has made; a failed one is made the next time.
 *
 * @returns when it is recorded; never rejects
 */
export async function recordOnce(
  ports: WritePorts & Pick<Ports, 'reportFault'>,
  key: DocumentKey<{ at: number }>,
  stepMs = Number.POSITIVE_INFINITY,
): Promise<void> {
  // No caller waits for it: a rejection would end the process.
  await note(ports, key, stepMs).catch((error: unknown) => ports.reportFault('noting a use', error));
}

async function note(ports: WritePorts, key: DocumentKey<{ at: number }>, stepMs: number): Promise<void> {
  const now = ports.clock.now();
  const { records } = ports.store.memory;
  if (records.size > REMEMBERED) records.clear();
  const name = `${key.anchor}/${key.name}`;
  const last = records.get(name);
  if (last !== undefined && now - last < stepMs) return;
  records.set(name, now);
  try {
    await write(ports, key, now, stepMs);
  } catch (error) {
    records.delete(name);
    throw error;
  }
}

async function write(ports: WritePorts, key: DocumentKey<{ at: number }>, now: number, stepMs: number): Promise<void> {
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
