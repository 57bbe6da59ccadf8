import { describe, expect, it } from 'vitest';
import { countResults, type FileResult, summary, timingTable } from './summary.ts';

const file = (state: string, ...tests: string[]): FileResult => ({
  project: 'unit',
  name: 'a.test.ts',
  state,
  startedAt: 100,
  endedAt: 350,
  tests: tests.map((test, nth) => ({ name: `test ${nth}`, state: test })),
});
const report = (...files: FileResult[]) => ({ files, errors: [] });
const unit = { name: 'unit', tookMs: 250 };

describe('counting a run', () => {
  it('adds up the files of a project, from its first to its last', () => {
    const other: FileResult = {
      ...file('failed', 'passed', 'failed'),
      name: 'b.test.ts',
      startedAt: 300,
      endedAt: 600,
    };
    expect(countResults(report(file('passed', 'passed', 'passed'), other), ['unit'], false)).toEqual([
      { name: 'unit', tookMs: 500, passed: 3, failed: 1, failures: ['b.test.ts: test 1 (failed)'] },
    ]);
  });

  it('counts each project by itself', () => {
    const http: FileResult = { ...file('passed', 'passed', 'passed'), project: 'http' };
    expect(countResults(report(http, file('passed', 'passed')), ['unit', 'http'], true)).toEqual([
      { ...unit, passed: 1, failed: 0, failures: [] },
      { ...unit, name: 'http', passed: 2, failed: 0, failures: [] },
    ]);
  });

  it.each([
    ['a skipped test', [file('passed', 'passed', 'skipped')], true, 1],
    ['a file that could not be loaded', [file('failed')], false, 0],
    ['a project without tests', [], true, 0],
    ['no report at all', [], false, 0],
  ])('%s is a failure', (_what, files, endedWell, passed) => {
    expect(countResults(report(...files), ['unit'], endedWell)).toMatchObject([
      { passed, failed: 1, failures: [expect.any(String)] },
    ]);
  });

  it('a run that ends badly after its last test is a failure', () => {
    const outcomes = countResults(report(file('passed', 'passed')), ['unit'], false);
    expect(outcomes).toMatchObject([
      { passed: 1, failed: 0 },
      { failed: 1, failures: ['the run ended badly'] },
    ]);
  });

  it('an unhandled rejection is a failure of its own beside a failed test', () => {
    const files = [file('failed', 'failed')];
    const outcomes = countResults({ files, errors: ['outside the tests: late'] }, ['unit'], false);
    expect(outcomes).toMatchObject([{ failed: 1 }, { failed: 1, failures: ['outside the tests: late'] }]);
  });

  it('passes only if every test passed and the run ended well', () => {
    expect(countResults(report(file('passed', 'passed')), ['unit'], true)).toEqual([
      { ...unit, passed: 1, failed: 0, failures: [] },
    ]);
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
