import { expect, test } from 'vitest';
import type { Write } from '../store/transact.ts';
import { newOperation } from '../store/transact.ts';
import { operatorContext } from '../testing/as-operator.ts';
import { sampleEvent, streamPortsOver } from '../testing/event-stream.ts';
import { unwrap } from '../testing/fixtures.ts';
import { accountId, userId } from '../testing/samples.ts';
import { openTemporaryArchive } from '../testing/temporary-archive.ts';
import { openTemporaryStore } from '../testing/temporary-store.ts';
import { START } from '../testing/test-ports.ts';
import { recordArchiveFile } from './archive-files.ts';
import { auditChainDocument } from './documents.ts';
import { listEvents } from './list-events.ts';
import { type ArchiveFile, archiveName, makeArchiveFile } from './log/archive-file.ts';
import { makeIdFilter } from './log/id-filter.ts';
import { emptyChain, GENESIS, type Segment } from './log/segment.ts';

const ACCOUNT = accountId(1);
const OTHERS = makeIdFilter(new Set([userId(2)]));

// The attack: a busy account keeps every search of its history busy for ever, with pages that lead back.
test.each([
  ['side by side', 2],
  ['across one another', 900],
])('SR-71: a search among 2,500 files of one hour, %s, ends and finds the oldest event', async (_, span) => {
  const { store, remove } = await openTemporaryStore();
  const archive = await openTemporaryArchive();
  const ports = await streamPortsOver(store, 'busy', archive);
  const segment: Segment = {
    account: ACCOUNT,
    number: 1,
    previous: GENESIS,
    sealedAt: START,
    records: [{ id: '0-1', event: { ...sampleEvent(0), account: ACCOUNT, at: START, subject: userId(1) } }],
    hash: GENESIS,
    signature: 'signature',
  };
  const { file, content } = makeArchiveFile([segment]);
  await archive.put(archiveName(file), content);
  const add = async (one: ArchiveFile, chain = emptyChain(ACCOUNT)) => {
    const write: Write = recordArchiveFile({ ...chain, number: one.last }, one);
    const { anchor } = auditChainDocument.key(ACCOUNT);
    await store.commit({ anchor, operation: newOperation(ports), now: START, expect: [], ...write });
  };
  await add(file);
  await Promise.all(
    Array.from({ length: 2500 }, (_file, at) => {
      const newest = START + 1000 + 3 * at;
      const hours = [{ newest, oldest: newest - span }];
      return add({ ...file, first: at + 2, last: at + 2, hours, ids: OTHERS });
    }),
  );
  const { actor } = operatorContext(ACCOUNT);
  const found: string[] = [];
  let pages = 0;
  for (let after: string | undefined; pages < 9; ) {
    const page = unwrap(await listEvents(ports, actor, { about: userId(1) }, { after, limit: 5 }));
    pages += 1;
    found.push(...page.items.map(({ id }) => id));
    if (page.next === null) break;
    after = page.next;
  }
  expect([pages, found]).toEqual([1, ['0-1']]);
  await remove();
  await archive.delete();
});
