import { afterEach, beforeEach, expect, test } from 'vitest';
import { firstLoginDocument } from '../accounts/documents.ts';
import { ClockInDoubt } from '../kernel/ports/clock.ts';
import { read } from '../testing/fixtures.ts';
import { accountId } from '../testing/samples.ts';
import { openTestPorts, START, type TestPorts } from '../testing/test-ports.ts';
import { recordOnce } from './record-once.ts';

let ports: TestPorts;
beforeEach(async () => {
  ports = await openTestPorts('record-once');
});
afterEach(() => ports.close());

// SR-63. The attack: the clock is set between the check of an API key and this note. Its rejection, for which no caller
// waits, would kill the process, and the next one would start with the wrong clock.
test('a note for which no caller waits is reported and never rejects, also while the clock is in doubt', async () => {
  const key = firstLoginDocument.key(accountId(1));
  ports.clock.fault = new ClockInDoubt('it leapt');
  await expect(recordOnce(ports, key)).resolves.toBeUndefined();
  expect(ports.faults).toEqual([{ part: 'noting a use', error: ports.clock.fault }]);
  ports.clock.fault = undefined;
  await recordOnce(ports, key);
  expect(await read(ports, key)).toEqual({ at: START });
});
