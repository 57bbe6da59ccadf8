import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { changeOf, keyOf, NOW } from '../../testing/store-conformance/changes.ts';
import { openBroken } from '../../testing/store-conformance/embedded-harness.ts';
import { openEmbeddedStore } from './open-embedded-store.ts';

// SR-6, SR-53
test.each([0, 1, 3])(
  'SR-6: what is committed while the store closes is durable or refused, and no caller hangs (%i ticks)',
  async (ticks) => {
    const path = await mkdtemp(join(tmpdir(), 'countersign-closing-'));
    const store = openBroken(path, 'broken', 1000);
    const commits = Array.from({ length: 120 }, (_, n) =>
      store
        .commit(
          changeOf(`a${n}`, {
            put: [{ key: keyOf(`a${n}`), value: n }],
            index: [{ index: n % 40 === 17 ? 'broken' : 'sound', add: { sort: String(n), id: `a${n}` } }],
            append: [{ n }],
          }),
        )
        .then(
          () => n,
          () => undefined,
        ),
    );
    for (let tick = 0; tick < ticks; tick++) await nextTurn();
    await store.close();
    const committed = (await Promise.all(commits)).filter((n) => n !== undefined);
    const again = await openEmbeddedStore({ path, eventCap: 1000 });
    const keys = Array.from({ length: 120 }, (_, n) => keyOf<number>(`a${n}`));
    const found = (await again.getMany(keys, NOW)).flatMap((one) => (one ? [one.value] : []));
    const events = (await again.readEvents(0, 0, 1000)).map(({ event }) => (event as { n: number }).n);
    expect(found).toEqual(expect.arrayContaining(committed));
    expect([...events].sort((a, b) => a - b)).toEqual([...found].sort((a, b) => a - b));
    expect(found.filter((n) => n % 40 === 17)).toEqual([]);
    await again.close();
    await rm(path, { recursive: true, force: true });
  },
);
