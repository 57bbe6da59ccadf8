import { expect, test } from 'vitest';
import { archiveIndexes, auditChainDocument } from '../../events/documents.ts';
import { segmentText, timeSort } from '../../events/log/event-entry.ts';
import { HOUR_MS } from '../../kernel/time.ts';
import { newOperation } from '../../store/transact.ts';
import { operatorContext } from '../../testing/as-operator.ts';
import { sealEvents } from '../../testing/consuming.ts';
import { createFixture, overwrite } from '../../testing/fixtures.ts';
import { userId } from '../../testing/samples.ts';
import { openTestPorts } from '../../testing/test-ports.ts';
import { erasureDocument } from './documents.ts';
import { eraseUser } from './erase-user.ts';
import { readUserData } from './read-user-data.ts';

// The attack: an administrator whose log is long claims the erasure of a deleted user of another account, which then
// never erases that user, or reads what is left of that user.
test('SR-27: a long log that does not name a user is searched to its end', async () => {
  const ports = await openTestPorts('long search');
  const { account } = await createFixture(ports);
  await sealEvents(ports);
  const key = auditChainDocument.key(account);
  await overwrite(ports, key, { archive: { last: 1, cleared: 1, records: 1 } });
  const now = ports.clock.now();
  // The archived hours of two months.
  const hours = Array.from({ length: 1500 }, (_, hour) => ({
    index: archiveIndexes.byTime(account),
    add: { sort: timeSort(now - (hour + 1) * HOUR_MS), id: `${segmentText(1)}.${(now - hour * HOUR_MS).toString(36)}` },
  }));
  await ports.store.commit({ anchor: key.anchor, operation: newOperation(ports), now, expect: [], index: hours });
  const stranger = userId(9);
  for (const ask of [eraseUser, readUserData]) {
    expect(await ask(ports, operatorContext(account), stranger)).toMatchObject({ refused: 'USER_NOT_FOUND' });
  }
  expect(await ports.store.getMany([erasureDocument.key(stranger)], now)).toEqual([undefined]);
  await ports.close();
});
