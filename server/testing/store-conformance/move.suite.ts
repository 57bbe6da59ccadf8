import { describe, expect, test } from 'vitest';
import type { MovableStore } from '../../kernel/ports/movable-store.ts';
import { StoreClosed } from '../../kernel/ports/store.ts';
import { HOUR_MS } from '../../kernel/time.ts';
import { changeOf, keyOf, NOW } from './changes.ts';
import type { Fresh } from './harness.ts';
import { contentOf, fill, moving, users } from './move-fixture.ts';

export function moveBehaviour(freshStore: Fresh): void {
  describe('a store that is moved', () => {
    const fresh = async () => (await freshStore()) as MovableStore;

    // SR-6. The attack: a code is used while the store is copied, and works again in the new one.
    test('SR-6: has in the new one what commits changed meanwhile, and takes none afterwards', async () => {
      const [from, to] = [await fresh(), await fresh()];
      await fill(from);
      let turn = 0;
      for await (const { step } of moving(from, to)) {
        if (step === 'closed' || step === 'finished') continue;
        const key = keyOf(`usr_${turn}`);
        await from.commit(changeOf(key.anchor, { put: [{ key, value: 'used' }], append: ['used'] }));
        await from.commit(changeOf(`usr_${turn + 10}`, { delete: users(turn + 10) }));
        await from.increment('limit', HOUR_MS, 100, NOW);
        turn += 1;
      }
      expect(await contentOf(to)).toEqual(await contentOf(from));
      await expect(from.commit(changeOf('usr_1', { delete: users(1) }))).rejects.toBeInstanceOf(StoreClosed);
      await expect(from.check()).rejects.toBeInstanceOf(StoreClosed);
      expect(await to.commit(changeOf('usr_1', { delete: users(1) }))).toBe('committed');
    });

    // SR-69. The attack: what the other store has lost meanwhile, such as a used code, is gone for ever.
    test('SR-69: goes on if the new one has lost a record, however long before the end', async () => {
      const [from, to] = [await fresh(), await fresh()];
      await fill(from, 10);
      const before = await contentOf(from);
      const losing = async () => {
        let isLost = false;
        for await (const { step } of moving(from, to)) {
          if (step !== 'caught-up' || isLost) continue;
          isLost = true;
          const [key] = users(1);
          if (key) await to.removeRecords(to.partitionOf(key.anchor), [{ kind: 'document', key }]);
        }
      };
      await expect(losing()).rejects.toMatchObject({ code: 'MOVE_REFUSED' });
      expect(await contentOf(from)).toEqual(before);
      expect(await from.commit(changeOf('usr_1', { delete: users(1) }))).toBe('committed');
    });

    test('counts what it compared', async () => {
      const [from, to] = [await fresh(), await fresh()];
      await fill(from, 30);
      for await (const progress of moving(from, to)) {
        if (progress.step !== 'finished') continue;
        const { documents, indexEntries, compared } = progress.counts;
        expect(documents).toBeGreaterThan(29);
        expect(compared).toEqual({ documents, indexEntries });
      }
    });

    test('takes commits again if the move is given up while it is closed', async () => {
      const from = await fresh();
      await fill(from, 10);
      const before = await contentOf(from);
      const source = await from.startMove();
      await source.close({ id: 'm', to: 'there' });
      await expect(from.commit(changeOf('usr_1', { delete: users(1) }))).rejects.toBeInstanceOf(StoreClosed);
      await source.end();
      expect(await contentOf(from)).toEqual(before);
      expect(await from.commit(changeOf('usr_1', { delete: users(1) }))).toBe('committed');
    });
  });
}
