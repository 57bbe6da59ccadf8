import { expect, test } from 'vitest';
import { StoreUnavailable } from '../../kernel/ports/store.ts';
import { Keys } from './keys.ts';
import { confirmStreams } from './read-streams.ts';
import type { Writer } from './writer.ts';

const keys = new Keys('cs', 2);
const READ = new Map([
  [0, [{ sequence: 7, text: '"read"' }]],
  [1, []],
]);

/** A primary with this event of the partition, or none. */
function primaryWith(text: string | undefined): Writer {
  return {
    waitsForReplicas: true,
    write: async (_home, encode) => {
      const [name, , id] = encode(false);
      if (name !== 'xrange') return 'OK';
      return text === undefined ? [] : [[id, ['e', text]]];
    },
    close() {},
  };
}

// SR-7, SR-34 The attack: a failover between reading events and confirming them, which the other primary never had.
test('events are confirmed only by a primary that has them', async () => {
  const probed: number[] = [];
  const confirm = (text: string | undefined) =>
    confirmStreams(primaryWith(text), keys, READ, async (partition) => probed.push(partition));
  await confirm('"read"');
  expect(probed).toEqual([0]);
  await expect(confirm(undefined)).rejects.toThrow(StoreUnavailable);
  await expect(confirm('"another"')).rejects.toThrow(StoreUnavailable);
});
