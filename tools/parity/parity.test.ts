import { expect, it } from 'vitest';
import { type Tree, withTree } from '../testing/planted-tree.ts';
import { declares } from './declares.ts';
import { checkParity, renderParity } from './parity.ts';

const LIST = { groups: [{ title: 'Results', features: { verify: 'Verify a result', consume: 'Use it up' } }] };
const DECLARATION = {
  language: 'Python',
  package: 'countersign',
  features: { verify: { in: 'results.py', as: 'Verifier.verify_result', tested: 'tests.py' } },
  corpus: { 'results.json': 'tests.py' },
};
const TREE: Tree = {
  'clients/features.json': JSON.stringify(LIST),
  'clients/python/features.json': JSON.stringify(DECLARATION),
  'clients/python/results.py': 'class Verifier:\n    def verify_result(self, jwt): ...\n',
  'clients/python/tests.py': "verifier.verify_result(load('results.json'))\n",
  'shared/vectors/results.json': '{"cases": [1, 2]}',
  'shared/vectors/test-keys.json': '{}',
};
const problems = (changes: Tree = {}, says: object = {}): string[] =>
  withTree(
    { ...TREE, 'clients/python/features.json': JSON.stringify({ ...DECLARATION, ...says }), ...changes },
    (root) => checkParity(root).map(({ path, problem }) => `${path}: ${problem}`),
  );

it('passes if the table is current, and shows what a library lacks', () => {
  withTree(TREE, (root) => {
    const table = renderParity(root);
    expect(table).toContain('| Verify a result | [`Verifier.verify_result`](python/results.py) |');
    expect(table).toContain('| Use it up | no |');
    expect(table).toContain(': 2 cases | [all](python/tests.py) |');
    expect(withTree({ ...TREE, 'clients/PARITY.md': table }, checkParity)).toEqual([]);
  });
});

it.each([
  ['a table that is stale', { 'clients/PARITY.md': '# Old\n' }, {}, /PARITY\.md: is not what/],
  ['a method that is gone', { 'clients/python/results.py': 'class Verifier:\n' }, {}, /declares no Verifier\.verify/],
  [
    'a method that is only called',
    { 'clients/python/results.py': 'class Verifier:\n  verify_result()\n' },
    {},
    /no Ver/,
  ],
  ['a method in a comment', { 'clients/python/results.py': 'class Verifier:\n  # def verify_result(\n' }, {}, /no Ver/],
  [
    'a file that is gone',
    {},
    { features: { verify: { ...DECLARATION.features.verify, in: 'x.py' } } },
    /x\.py does not exist/,
  ],
  ['an unknown feature', {}, { features: { fly: DECLARATION.features.verify } }, /fly is not in/],
  ['a feature that no test tries', { 'clients/python/tests.py': "'results.json'" }, {}, /does not try verify_result/],
  ['a corpus that is left out', {}, { corpus: {} }, /does not run shared\/vectors\/results\.json/],
  ['a corpus that no test reads', { 'clients/python/tests.py': 'verify_result' }, {}, /tests\.py does not run/],
  ['a corpus that is new', { 'shared/vectors/new.json': '{}' }, {}, /does not run shared\/vectors\/new\.json/],
  ['a library that says nothing', { 'clients/java/Client.java': '' }, {}, /java\/features\.json: a library says/],
])('reports %s', (_what, changes, says, output) => {
  expect(problems(changes, says).join('\n')).toMatch(output);
});

it('wants the vectors of routes for sites from the libraries that have the routes', () => {
  const vectors = { 'shared/vectors/sites/posts.json': '{"cases": [1]}' };
  expect(problems(vectors)).toEqual([expect.stringContaining('is not what')]);
  const routes = { in: 'results.py', as: 'Verifier.verify_result', tested: 'tests.py' };
  const says = { features: { ...DECLARATION.features, 'sign-in-routes': routes } };
  expect(problems(vectors, says).join()).toContain('does not run shared/vectors/sites/posts.json');
});

it.each([
  [
    'ts',
    'export interface Client {\n  users: Users;\n  list(): void;\n}',
    ['Client.users', 'Client.list'],
    ['Client.gone'],
  ],
  ['ts', 'function verify<T>(a: T) { return consume(a); }', ['verify'], ['consume', 'a']],
  [
    'py',
    'class A:\n    x: int = 1\n    def __init__(self, url: str):\n        self.users = 1',
    ['A.users', 'url', 'A.x'],
    ['B'],
  ],
  [
    'php',
    'final class Client { public readonly Users $users; public function verify(?string $origin) {} }',
    ['Client.users', 'Client.verify', 'origin'],
    ['consume'],
  ],
  [
    'java',
    'public record A(String origin, boolean requireOtp) { public Claims verify(String s) { return x(); } }',
    ['A.origin', 'A.requireOtp', 'A.verify'],
    ['consume'],
  ],
  ['txt', 'verify', [], ['verify']],
])('recognizes declarations in %s', (extension, source, there, notThere) => {
  expect(there.filter((name) => !declares(source, extension, name))).toEqual([]);
  expect(notThere.filter((name) => declares(source, extension, name))).toEqual([]);
});
