import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { UserId } from '../kernel/ids.ts';
import { ArchiveUnavailable } from '../kernel/ports/audit-archive.ts';
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

const segmentOf = (subject: UserId): Segment => ({
  account: ACCOUNT,
  number: 1,
  previous: GENESIS,
  sealedAt: START,
  records: [{ id: '0-1', event: { ...sampleEvent(0), account: ACCOUNT, at: START, subject } }],
  hash: GENESIS,
  signature: 'signature',
});

// The attack: who can write to the archive puts another user in place of the one that signed in, in a file of one length.
test('SR-71: an altered archive file is never listed, and an exact one is', async () => {
  const { store, remove } = await openTemporaryStore();
  const archive = await openTemporaryArchive();
  const ports = await streamPortsOver(store, 'altered', archive);
  const { file, content } = makeArchiveFile([segmentOf(userId(1))]);
  const altered = makeArchiveFile([segmentOf(userId(2))]).content;
  expect(altered.length).toBe(content.length);
  await archive.put(archiveName(file), altered);
  const write: Write = recordArchiveFile({ ...emptyChain(ACCOUNT), number: 1 }, file);
  const { anchor } = auditChainDocument.key(ACCOUNT);
  await store.commit({ anchor, operation: newOperation(ports), now: START, expect: [], ...write });
  const { actor } = operatorContext(ACCOUNT);
  const list = () => listEvents(ports, actor, {}, { limit: 5 });
  await expect(list()).rejects.toThrow(ArchiveUnavailable);
  await writeFile(join(archive.root, archiveName(file)), content);
  expect(unwrap(await list()).items.map(({ id }) => id)).toEqual(['0-1']);
  await remove();
  await archive.delete();
});

// The attack: a busy account keeps every search of its history busy for ever, with pages that lead back.
test.each([
  ['side by side', 2],
  ['across one another', 900],
])('SR-71: a search among 2,500 files of one hour, %s, ends and finds the oldest event', async (_, span) => {
  const { store, remove } = await openTemporaryStore();
  const archive = await openTemporaryArchive();
  const ports = await streamPortsOver(store, 'busy', archive);
  const { file, content } = makeArchiveFile([segmentOf(userId(1))]);
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
