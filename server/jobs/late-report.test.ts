import { expect, test } from 'vitest';
import { capturedLog } from '../testing/captured-log.ts';
import { createLateReport } from './late-report.ts';

// SR-20: requests have waited as long as the timers.
test('says when timers were late, in one line for all that were late together', () => {
  const captured = capturedLog();
  let nowMs = 0;
  const report = createLateReport(captured.log, () => nowMs);
  for (const lateMs of [-200, 0, 3, 499]) report(lateMs);
  expect(captured.lines()).toEqual([]);
  for (const lateMs of [700.4, 690, 520]) report(lateMs);
  expect(captured.lines()).toMatchObject([{ level: 'warn', lateMs: 700, msg: expect.stringContaining('was held up') }]);
  nowMs += 9_999;
  report(900);
  expect(captured.lines()).toHaveLength(1);
  nowMs += 1;
  report(900);
  expect(captured.lines()).toMatchObject([{ lateMs: 700 }, { lateMs: 900 }]);
});
