import { expect, it } from 'vitest';
import { findFault } from './first-run.ts';

const FILE = '/project/a.test.ts';
const passed = { name: 'locks', fileName: FILE, status: 0 };
const failed = { name: 'unlocks', fileName: FILE, status: 1 };
const skipped = { name: 'opens a store', fileName: FILE, status: 2 };
const faultOf = (tests: (typeof passed)[], files = [FILE]) => findFault({ result: { tests } }, files);

it('accepts a first run in which every test passed', () => {
  expect(faultOf([passed, passed])).toBeUndefined();
});

it.each([
  [[passed, skipped], 'the first run skipped or failed "opens a store".'],
  [[skipped, failed, skipped], 'the first run skipped or failed "opens a store" and 2 more.'],
  [[failed], 'the first run skipped or failed "unlocks".'],
])('names a test that was skipped or failed (%#)', (tests, fault) => {
  expect(faultOf(tests)).toBe(fault);
});

it('names files of which no test was run, as when one does not load', () => {
  expect(faultOf([passed], [FILE, '/project/b.test.ts'])).toBe('no test of /project/b.test.ts was run.');
  expect(faultOf([])).toBe('no test of /project/a.test.ts was run.');
});
