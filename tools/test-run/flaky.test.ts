import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { hasPassed, MAX_FLAKY, retriesOf, withFlaky } from './flaky.ts';
import { countResults, type FileResult, summary } from './summary.ts';

const file = (project: string, name: string, ...states: string[]): FileResult => ({
  project,
  name,
  state: states.every((state) => state === 'passed') ? 'passed' : 'failed',
  startedAt: 0,
  endedAt: 1,
  tests: states.map((state, nth) => ({ name: `test ${nth}`, state })),
});
/** A run in which these files ended so, of which these pass when they run again. */
function run(files: readonly FileResult[], passingAgain: readonly string[]) {
  const projects = [...new Set(files.map(({ project }) => project))];
  const passed = retriesOf(files).filter((retry) => passingAgain.includes(retry.file));
  const endedWell = files.every(({ state }) => state === 'passed');
  return summary(withFlaky(countResults({ files, errors: [] }, projects, endedWell), passed));
}

describe('a failed test', () => {
  it('that passes when it runs again is flaky: it is named and fails nothing', () => {
    expect(run([file('browser', 'a.test.ts', 'passed', 'failed')], ['a.test.ts'])).toEqual({
      lines: ['flaky: a.test.ts: test 1'],
      line: '2 passed, 0 failed',
      failed: 0,
    });
  });

  it('that fails twice fails the run', () => {
    expect(run([file('browser', 'a.test.ts', 'passed', 'failed')], [])).toEqual({
      lines: ['not passed: a.test.ts: test 1 (failed)', 'failed: browser'],
      line: '1 passed, 1 failed',
      failed: 1,
    });
  });

  it('does not cover for another that fails twice', () => {
    const files = [file('browser', 'a.test.ts', 'failed'), file('built', 'b.test.ts', 'failed')];
    expect(run(files, ['a.test.ts'])).toMatchObject({
      lines: ['not passed: b.test.ts: test 0 (failed)', 'flaky: a.test.ts: test 0', 'failed: built'],
      line: '1 passed, 1 failed',
    });
  });

  it('of a project that needs no browser and no process does not run again', () => {
    expect(retriesOf(['unit', 'http', 'store'].map((project) => file(project, 'a.test.ts', 'failed')))).toEqual([]);
  });

  it('whose file fails in its hooks counts once', () => {
    const [retry] = retriesOf([file('built', 'a.test.ts', 'skipped', 'skipped', 'skipped', 'skipped', 'passed')]);
    expect(retry?.names).toEqual(['a.test.ts: the file itself']);
  });

  it('does not run again if many files failed, since then the product is broken', () => {
    expect(retriesOf(Array.from({ length: 11 }, (_, nth) => file('browser', `${nth}.test.ts`, 'failed')))).toEqual([]);
  });
});

it('more than three flaky tests fail the run, and all are named', () => {
  const states = fc.array(fc.constantFrom('passed', 'failed'), { minLength: 1, maxLength: 3 });
  fc.assert(
    fc.property(fc.array(states, { minLength: 1, maxLength: 8 }), (all) => {
      const files = all.map((one, nth) => file(nth % 2 === 0 ? 'browser' : 'built', `${nth}.test.ts`, ...one));
      const failed = all.flat().filter((state) => state === 'failed').length;
      const { lines, failed: counted } = run(
        files,
        files.map(({ name }) => name),
      );
      expect(counted).toBe(failed > MAX_FLAKY ? failed : 0);
      expect(lines.filter((line) => line.startsWith('flaky: '))).toHaveLength(failed);
    }),
  );
});

describe('a second run', () => {
  const [retry] = retriesOf([file('browser', 'a.test.ts', 'failed', 'passed')]);
  if (!retry) throw new Error('nothing runs again');

  it.each([
    ['passes', [file('browser', 'a.test.ts', 'passed', 'passed')], true, true],
    ['fails in another test of the file', [file('browser', 'a.test.ts', 'passed', 'failed')], false, false],
    ['ends with an unhandled rejection', [file('browser', 'a.test.ts', 'passed', 'passed')], false, false],
    ['runs no test', [file('browser', 'a.test.ts')], true, false],
    ['runs only another file', [file('browser', 'b.test.ts', 'passed')], true, false],
    ['skips the test', [file('browser', 'a.test.ts', 'skipped', 'passed')], true, false],
    ['leaves no report', [], true, false],
  ])('that %s', (_what, files, endedWell, expected) => {
    expect(hasPassed(retry, files, endedWell)).toBe(expected);
  });
});
