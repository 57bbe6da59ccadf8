import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'vitest';
import { archiveSegments } from '../../events/archive-segments.ts';
import { listEvents } from '../../events/list-events.ts';
import type { AccountEvent } from '../../kernel/event.ts';
import type { Store } from '../../kernel/ports/store.ts';
import { DAY_MS } from '../../kernel/time.ts';
import { operatorContext } from '../as-operator.ts';
import { sealEvents } from '../consuming.ts';
import { append, type StreamPorts, sampleEvent, streamPortsOver } from '../event-stream.ts';
import { unwrap } from '../fixtures.ts';
import { accountId } from '../samples.ts';
import type { TemporaryArchive } from '../temporary-archive.ts';

export const ACCOUNT = accountId(1);
export const { actor } = operatorContext(ACCOUNT);

/** Four days of events, of which three are in the archive. */
export async function archivedDays(
  store: Store,
  archive: TemporaryArchive,
  seed: string,
): Promise<StreamPorts & { second: StreamPorts; appended: AccountEvent[] }> {
  const ports = await streamPortsOver(store, seed, archive);
  const appended: AccountEvent[] = [];
  for (let day = 0; day < 4; day++) {
    const events = Array.from({ length: 30 }, (_, at) => ({
      ...sampleEvent(day * 30 + at),
      at: ports.clock.now() + at,
    }));
    await append(ports, `thing-${day}`, events);
    appended.push(...events);
    await sealEvents(ports);
    if (day < 3) ports.clock.advance(DAY_MS);
  }
  expect(await archiveSegments(ports, archive)).toBe(9);
  return { ...ports, appended };
}

/** The names of the archive files of {@link ACCOUNT}. */
export async function filesIn({ root }: TemporaryArchive): Promise<string[]> {
  return (await readdir(join(root, ACCOUNT))).sort();
}

export async function listAll(ports: StreamPorts): Promise<string[]> {
  const ids: string[] = [];
  for (let after: string | undefined; ; ) {
    const page = unwrap(await listEvents(ports, actor, {}, { after, limit: 7 }));
    ids.push(...page.items.map(({ id }) => id));
    if (page.next === null) return ids;
    after = page.next;
  }
}
