import { describe, expect, it } from 'vitest';
import { countResults, summary, timingTable } from './summary.ts';

const report = (...files: { status: string; tests: string[] }[]): string =>
  JSON.stringify({
    testResults: files.map(({ status, tests }, at) => ({
      name: `file-${at}.test.ts`,
      status,
      assertionResults: tests.map((test, nth) => ({ status: test, fullName: `test ${nth}` })),
    })),
  });

describe('counting a test project', () => {
  it('adds up over files', () => {
    const json = report(
      { status: 'passed', tests: ['passed', 'passed'] },
      { status: 'failed', tests: ['passed', 'failed'] },
    );
    expect(countResults(json, false)).toEqual({
      passed: 3,
      failed: 1,
      failures: ['file-1.test.ts: test 1 (failed)'],
    });
  });

  it.each([
    ['a skipped test', report({ status: 'passed', tests: ['passed', 'skipped'] }), true, 1],
    ['a file that could not be loaded', report({ status: 'failed', tests: [] }), false, 0],
    ['a project without tests', report(), true, 0],
    ['an unhandled rejection after the last test', report({ status: 'passed', tests: ['passed'] }), false, 1],
    ['no report at all', undefined, true, 0],
  ])('%s is a failure', (_what, json, endedWell, passed) => {
    expect(countResults(json, endedWell)).toMatchObject({ passed, failed: 1, failures: [expect.any(String)] });
  });

  it('passes only if every test passed and the run ended well', () => {
    const json = report({ status: 'passed', tests: ['passed'] });
    expect(countResults(json, true)).toEqual({ passed: 1, failed: 0, failures: [] });
  });
});

describe('the last line', () => {
  const outcomes = [
    { name: 'lint', tookMs: 1234, passed: 0, failed: 0 },
    { name: 'unit', tookMs: 20, passed: 7, failed: 1, failures: ['a.test.ts: adds up (failed)'] },
    { name: 'http', tookMs: 0, passed: 2, failed: 2 },
  ];

  it('counts everything and names what failed', () => {
    expect(summary(outcomes)).toEqual({
      lines: ['not passed: a.test.ts: adds up (failed)', 'failed: unit, http'],
      line: '9 passed, 3 failed',
      failed: 3,
    });
  });

  it('has a table of times before it', () => {
    expect(timingTable(outcomes).split('\n')[0]).toBe('lint      1.2 s  ok');
  });
});
