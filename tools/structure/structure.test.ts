import { describe, expect, test } from 'vitest';
import { type Tree, withTree } from '../testing/planted-tree.ts';
import { cyclesIn, measureFolders } from './folders.ts';
import { functionsIn } from './functions.ts';
import { readSourceTree } from './source-tree.ts';
import { walkFrom } from './walk.ts';

const TREE: Tree = {
  'server/main.ts': `import { login } from './login/login.ts'; login();`,
  'server/login/login.ts': `import { check } from '../users/check.ts';
import { note } from '../kernel/note.ts';
import { step } from './step.ts';
export function login() {
  check();
  if (Math.random() > 2) rare();
  [1].map(() => note());
  step(finish);
}
function rare() { note(); }
const finish = () => note();`,
  'server/login/step.ts': `export function step(next: () => void) { next(); }`,
  'server/login/step.test.ts': `import { step } from './step.ts'; step(() => {});`,
  'server/users/check.ts': `import { note } from '../kernel/note.ts'; export const check = () => note();`,
  'server/kernel/note.ts': `export function note() {}`,
  'server/testing/fake.ts': `import '../login/login.ts';`,
};

describe('the folders of the server', () => {
  test('are counted with their arrows, their cycles and the imports inside a feature', () => {
    expect(withTree(TREE, (root) => measureFolders(readSourceTree(root)))).toEqual({
      features: 3,
      arrows: 3,
      circles: [],
      imports: { all: 5, atHome: 3 },
    });
    const back = { ...TREE, 'server/users/user.ts': `import type { A } from '../login/login.ts'; export type B = A;` };
    const { circles } = withTree(back, (root) => measureFolders(readSourceTree(root)));
    expect(circles).toEqual([['server/login', 'server/users']]);
  });

  test('cycles are found complete and separate, the largest first', () => {
    const graph = new Map(
      Object.entries({ a: ['b'], b: ['a', 'c'], c: ['d'], d: ['e'], e: ['c'], f: ['a'], g: ['g'] }).map(
        ([node, next]) => [node, new Set(next)] as const,
      ),
    );
    expect(cyclesIn(graph)).toEqual([['c', 'd', 'e'], ['a', 'b'], ['g']]);
  });
});

describe('the walk', () => {
  const walk = (isRun: (name: string) => boolean) =>
    withTree(TREE, (root) => {
      const tree = readSourceTree(root);
      const functions = [...tree.files.keys()].flatMap((path) => functionsIn(tree, path));
      return walkFrom([{ path: 'server/login/login.ts', name: 'login' }], functions, ({ name }) => isRun(name));
    });

  test('enters each function once, returns to the caller for its next call, and counts the returns', () => {
    expect(walk(() => true)).toEqual({
      files: ['server/login/login.ts', 'server/users/check.ts', 'server/kernel/note.ts', 'server/login/step.ts'],
      // After `check` for `rare`, and after `step` for `finish`.
      returns: 2,
    });
  });

  test('skips what did not run', () => {
    expect(walk((name) => name !== 'check' && name !== 'step').files).toEqual([
      'server/login/login.ts',
      'server/kernel/note.ts',
    ]);
  });
});
