import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { dropConsumedEvents } from '../../events/consumed-events.ts';
import { consumeAll } from '../../testing/consuming.ts';
import { append, eventsIn, linesOfExport, sampleEvent } from '../../testing/event-stream.ts';
import { createFixture, type Fixture } from '../../testing/fixtures.ts';
import { backupOf, backupReader, overStore } from '../../testing/restore-fixture.ts';
import { openTemporaryStore } from '../../testing/temporary-store.ts';
import { openTestPorts, type TestPorts } from '../../testing/test-ports.ts';
import { backUp } from './back-up.ts';
import { inspectBackup, restoreBackup } from './restore-backup.ts';

let ports: TestPorts;
let scene: Fixture;
const removals: (() => Promise<void>)[] = [];
beforeEach(async () => {
  ports = await openTestPorts('dropped events');
  removals.push(ports.close);
  scene = await createFixture(ports);
});
afterEach(async () => {
  for (const remove of removals.splice(0)) await remove();
});

async function happen(over: TestPorts = ports): Promise<void> {
  await append(over, scene.account, [{ ...sampleEvent(0), account: scene.account }]);
  await consumeAll(over);
}
async function restored(lines: readonly string[]): Promise<TestPorts> {
  const { store, remove } = await openTemporaryStore();
  removals.push(remove);
  const over = overStore(ports, store);
  await restoreBackup(over, backupReader(lines));
  return over;
}
const sealed = async (over: TestPorts) => eventsIn(await linesOfExport(over, scene.account)).map(({ event }) => event);

// SR-34, SR-62. The attack: an erasure empties the stream before the nightly backup, and after a restore of that the log
// stays silent while an intruder acts.
describe('a backup after consumed events were dropped', () => {
  test('continues their numbers, so that the next event of a restored store is sealed', async () => {
    for (let n = 0; n < 3; n++) await happen();
    const before = await sealed(ports);
    const { sequences: whole } = await inspectBackup(ports, backupReader(await backupOf(ports))());
    await dropConsumedEvents(ports);
    expect(await ports.store.readEvents(0, 0, 1)).toEqual([]);
    const lines = await backupOf(ports);
    expect((await inspectBackup(ports, backupReader(lines)())).sequences).toEqual(whole);
    const over = await restored(lines);
    await happen(over);
    expect(await sealed(over)).toHaveLength(before.length + 1);
  });

  test('tells of events that were dropped while it was made', async () => {
    await happen();
    const backup = backUp(ports);
    const lines: string[] = [];
    // The head of the audit log is in it.
    while (!lines.at(-1)?.includes('"chain"')) lines.push(String((await backup.next()).value));
    await happen();
    await dropConsumedEvents(ports);
    for await (const line of backup) lines.push(line);
    const over = await restored(lines);
    await happen(over);
    const types = (await sealed(over)).map(({ type }) => type);
    expect(types).toContain('events.lost');
    expect(types.at(-1)).toBe('user.updated');
  });
});
