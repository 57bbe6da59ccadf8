import { afterEach, expect, test } from 'vitest';
import { changeOf, keyOf } from '../../testing/store-conformance/changes.ts';
import { openTemporaryStore } from '../../testing/temporary-store.ts';

const removals: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const remove of removals.splice(0)) await remove();
});

// SR-62
test('notes that begin while earlier ones are removed keep what they note', async () => {
  const { store, remove } = await openTemporaryStore();
  removals.push(remove);
  // Many pieces, which one transaction does not remove.
  const fill = (text: string, pieces: number) =>
    store.commit(
      changeOf('x', {
        put: [2, 3].map((n) => ({ key: keyOf('x', `${text}-${pieces}-${n}`.padEnd(800, '.')), value: 1 })),
      }),
    );
  await store.noteChanges();
  for (let n = 0; n < 2000; n++) await fill('before', n);

  // As two of the service's tasks and its users do.
  const forgotten = store.forgetChanges();
  const begun = store.noteChanges();
  let hasEnded = false;
  const ended = Promise.all([forgotten, begun]).then(() => {
    hasEnded = true;
  });
  const made: { version: number; name: string }[] = [];
  while (!hasEnded) {
    const version = (await store.readStates())[0]?.commits ?? 0;
    const name = `during-${made.length}`.padEnd(800, '.');
    const put = [name, `${name}-2`].map((one) => ({ key: keyOf('x', one), value: 1 }));
    await store.commit(changeOf('x', { put }));
    made.push({ version, name });
  }
  await ended;

  // What the store says it knows, it knows whole.
  let first: number | undefined;
  for (const { version } of made) if (first === undefined && (await store.readChanges(0, version))) first = version;
  if (first === undefined) throw new Error('nothing was changed while the notes were removed');
  const names = new Set<string>();
  for (let after: number | undefined = first; after !== undefined; ) {
    const page = await store.readChanges(0, after);
    if (!page) throw new Error('the changes are not known');
    for (const one of page.names) if (one.kind === 'document') names.add(one.key.name);
    after = page.next;
  }
  const lost = made.filter(({ version, name }) => version >= (first ?? 0) && !names.has(name));
  expect(lost.map(({ name }) => name)).toEqual([]);
});
