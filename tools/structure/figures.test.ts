import { describe, expect, test } from 'vitest';
import { readProjectFile } from '../project-files.ts';
import { type Tree, withTree } from '../testing/planted-tree.ts';
import { countInFile } from './count-in-file.ts';
import { type Figures, measureFigures } from './figures.ts';
import { compareFigures, LIMITS, type Limits, lowerLimits, writtenLimits } from './ratchet.ts';

const CLEAN: Tree = {
  'server/sign-in/start.ts': `import { check } from '../users/check.ts';
export function start() { check(); }`,
  'server/users/check.ts': `export function check() {}`,
  'server/users/other.ts': `export function other() {}`,
  'docs/guide.md': 'Two words\n',
  'docs/text-keys.md': 'Generated words are not by hand\n',
  'docs/decisions/0001-a.md': 'One\n',
};

function measure(planted: Tree, files: readonly string[] = ['server/sign-in/start.ts']): Figures['held'] {
  const login = { roots: [['start', 'server/sign-in/start.ts']] as const, isRun: () => true, files };
  return withTree({ ...CLEAN, ...planted }, (root) => measureFigures(root, login).held);
}

const clean = measure({});
const limits: Limits = Object.fromEntries(
  Object.entries(clean).map(([name, value]) => [name, { limit: value, lowest: value }]),
);
const problemsOf = (held: Figures['held'], known: Limits = limits) =>
  compareFigures(held, known).map(({ problem }) => problem);
const long = (lines: number) => `export function long() {${'\n'.repeat(lines - 1)}}`;

/** What is planted for each figure. It may raise others too. */
const VIOLATIONS: Readonly<Record<string, Tree>> = {
  'files entered by the walk of a password + OTP sign-in': {
    'server/users/check.ts': `import { other } from './other.ts'; export function check() { other(); }`,
  },
  'returns of that walk': {
    'server/sign-in/start.ts': `import { check } from '../users/check.ts';
export function start() { check(); own(); }
function own() {}`,
  },
  'server files in which something runs in that sign-in': {},
  'folders of server/': { 'server/more/a.ts': '' },
  'arrows between folders of server/': {
    'server/users/other.ts': `import '../tokens/token.ts';`,
    'server/tokens/token.ts': '',
  },
  'cycles of folders in server/': { 'server/users/other.ts': `import '../sign-in/start.ts';` },
  'lines of server/': { 'server/users/other.ts': '// a\n// b\n' },
  'lines of all product code': { 'console/a.ts': '// a\n' },
  'words by hand, records apart': { 'README.md': 'more\n' },
  'words of the longest page by hand': { 'docs/guide.md': 'Three words here\n' },
  'words of records': { 'docs/decisions/0001-a.md': 'One more\n' },
  'as unknown as in server/': { 'server/users/other.ts': 'export const a = 1 as unknown as string;' },
  'types of Needs in server/': { 'server/users/other.ts': 'export type StepNeeds = string;' },
  'silent catches in server/': { 'server/users/other.ts': 'run().catch(() => undefined);' },
  'functions over 80 lines': { 'widget/a.ts': long(81) },
  'lines of the longest function': { 'widget/a.ts': long(80) },
};

describe('the ratchet', () => {
  test('holds every figure, and each has a planted violation here', () => {
    expect(problemsOf(clean)).toEqual([]);
    expect(Object.keys(VIOLATIONS)).toEqual(Object.keys(clean));
    expect(Object.keys(JSON.parse(readProjectFile(process.cwd(), LIMITS)))).toEqual(Object.keys(clean));
  });

  test.each(Object.entries(VIOLATIONS))('refuses a rise of: %s', (name, planted) => {
    const ran = name.startsWith('server files') ? ['a.ts', 'b.ts'] : undefined;
    const found = problemsOf(measure(planted, ran)).find((problem) => problem.startsWith(`${name}: `));
    expect(found).toMatch(/above the limit of \d+\. Lower it, or raise the limit/);
  });

  test('refuses a raise without a sentence', () => {
    const name = 'silent catches in server/';
    const raised = (because?: string) => ({ ...limits, [name]: { limit: 9, lowest: 0, ...(because && { because }) } });
    expect(problemsOf(clean, raised())).toEqual([
      `${name}: the limit was raised from 0 to 9; say "because" in a sentence`,
    ]);
    expect(problemsOf(clean, raised('Needed.'))).toHaveLength(1);
    expect(problemsOf(clean, raised('A probe of the archive may fail without harm.'))).toEqual([]);
  });

  test('refuses a figure without a limit, a limit of no figure, and a lowest one above the limit', () => {
    const { 'words of records': gone, ...others } = limits;
    expect(problemsOf(clean, others)).toEqual([`words of records: ${gone?.limit}, without a limit`]);
    expect(problemsOf(clean, { ...limits, luck: { limit: 1, lowest: 1 } })).toEqual(['luck: is no figure']);
    expect(problemsOf(clean, { ...limits, 'words of records': { limit: 2, lowest: 3 } })).toHaveLength(1);
  });

  test('lowers a limit to what was measured, lines and words in steps of 500', () => {
    const held = { small: 3, large: 81_020, raised: 6, same: 4 };
    const because = 'The hook needs one more folder.';
    const lowered = lowerLimits(held, {
      small: { limit: 5, lowest: 4, because },
      large: { limit: 82_500, lowest: 82_500 },
      raised: { limit: 9, lowest: 5, because },
      same: { limit: 4, lowest: 2, because },
    });
    expect(lowered).toEqual({
      small: { limit: 3, lowest: 3 },
      large: { limit: 81_500, lowest: 81_500 },
      raised: { limit: 6, lowest: 5, because },
      same: { limit: 4, lowest: 2, because },
    });
    expect(JSON.parse(writtenLimits(lowered))).toEqual(lowered);
    expect(lowerLimits({ ...held, large: 81_499 }, lowered)).toEqual(lowered);
  });
});

describe('in a file', () => {
  const silent = (text: string) => countInFile('a.ts', text).silentCatches;

  test.each([
    'run().catch(() => undefined);',
    'run().catch(() => {});',
    'run().catch(async () => []);',
    'run().catch((_error) => false);',
    'run().then(use, () => undefined);',
    'function ignore() {} run().catch(ignore);',
    'const ignore = () => {}; run().catch(ignore);',
    'try { run(); } catch {}',
    'try { run(); } catch (error) { /* no matter */ }',
    'function f() { try { run(); } catch { return; } }',
    'for (;;) try { run(); } catch { continue; }',
  ])('an error is swallowed: %s', (text) => expect(silent(text)).toBe(1));

  test.each([
    'run().catch(() => log.warn("failed"));',
    'run().catch((error) => error);',
    'run().catch((error) => { failure ??= error; });',
    'run().catch(() => { throw new Refused(); });',
    'run().then(() => undefined);',
    'run().catch(report);',
    'schema.catch(undefined);',
    'try { run(); } catch { return undefined; }',
    'try { run(); } catch (error) { report(error); }',
    '// run().catch(() => undefined);',
  ])('an error is answered: %s', (text) => expect(silent(text)).toBe(0));

  test('conversions, types of Needs and the lines of functions are counted in the code alone', () => {
    const text = `type Needs = A; interface StepNeeds {} type NeedsOfStep = B; const text = 'type Needs';
const a = b as unknown as C; const d = e as unknown; // as unknown as
const f = () => [
  function g() {},
];`;
    expect(countInFile('a.ts', text)).toEqual({ casts: 1, needs: 2, silentCatches: 0, functionLines: [3, 1] });
  });
});
