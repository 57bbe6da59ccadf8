import { describe, expect, test } from 'vitest';
import { ABSENT, type DocumentKey } from '../../kernel/ports/store.ts';
import { changeOf, NOW } from './changes.ts';
import type { Fresh } from './harness.ts';

const HOT = { kind: 'hot', indexes: () => [], isHot: true };
const KEY: DocumentKey<{ scopes: string[] }> = { anchor: 'acc', name: 'hot/1', document: HOT };

// SR-39 The attack: a key that is revoked goes on working where its document was parsed before.
export function hotDocumentBehaviour(fresh: Fresh): void {
  describe('a hot document', () => {
    const put = (value: object, expiresAt?: number) =>
      changeOf('acc', { put: [{ key: KEY, value, ...(expiresAt !== undefined && { expiresAt }) }] });

    test('is read as it is now after every change', async () => {
      const store = await fresh();
      const read = async (now = NOW) => (await store.getMany([KEY], now))[0];
      await store.commit(put({ scopes: ['read'] }));
      const first = await read();
      expect(await read()).toEqual(first);
      await store.commit(put({ scopes: [] }));
      expect((await read())?.value).toEqual({ scopes: [] });
      // The earlier content in a later commit.
      await store.commit(put({ scopes: ['read'] }));
      const again = await read();
      expect(again?.value).toEqual(first?.value);
      expect(again?.version).toBeGreaterThan(first?.version ?? ABSENT);
      await store.commit(put({ scopes: ['read'] }, NOW + 10));
      expect((await read(NOW + 9))?.value).toEqual({ scopes: ['read'] });
      expect(await read(NOW + 10)).toBeUndefined();
      await store.commit(changeOf('acc', { delete: [KEY] }));
      expect(await read(NOW + 9)).toBeUndefined();
    });

    test('cannot be changed by the code that reads it', async () => {
      const store = await fresh();
      await store.commit(put({ scopes: ['read'] }));
      for (let round = 0; round < 2; round++) {
        const [found] = await store.getMany([KEY], NOW);
        expect(found?.value).toEqual({ scopes: ['read'] });
        expect(() => found?.value.scopes.push('administer')).toThrow(TypeError);
        expect(() => Object.assign(found ?? {}, { version: 9 })).toThrow(TypeError);
        expect(() => Object.assign(found?.value ?? {}, { enabled: true })).toThrow(TypeError);
      }
    });

    test('is separate from a document whose key has the same letters', async () => {
      const store = await fresh();
      const other = { anchor: '1acc', name: 'hot/', document: HOT };
      await store.commit(put({ scopes: ['read'] }));
      await store.commit(changeOf('1acc', { put: [{ key: other, value: { scopes: ['read'] } }] }));
      const versions = (await store.getMany([KEY, other], NOW)).map((found) => found?.version);
      expect((await store.getMany([KEY, other], NOW)).map((found) => found?.version)).toEqual(versions);
      await store.commit(changeOf('1acc', { delete: [other] }));
      expect((await store.getMany([KEY, other], NOW)).map((found) => found?.value)).toEqual([
        { scopes: ['read'] },
        undefined,
      ]);
    });
  });
}
