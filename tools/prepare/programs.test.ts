import { chmodSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { expect, it } from 'vitest';
import { withTree } from '../testing/planted-tree.ts';
import { aptCommands, findPython, instructions, missing, NEEDS, type Need } from './programs.ts';

const commands: readonly Need[] = NEEDS.filter((need) => 'command' in need && need.debian[0] === need.command);
const nothing = () => false;

it('programs are found in any folder of the PATH, and what cannot be run does not count', () => {
  withTree({ 'a/redis-server': '', 'b/valkey-server': '', 'b/oathtool': '', 'b/chromium/x': '' }, (root) => {
    chmodSync(join(root, 'a/redis-server'), 0o755);
    chmodSync(join(root, 'b/valkey-server'), 0o755);
    const path = [join(root, 'nowhere'), join(root, 'a'), '', join(root, 'b')].join(delimiter);
    expect(missing(path, nothing, commands).flatMap(({ debian }) => debian)).toEqual([
      'chromium',
      'chromium-headless-shell',
      'oathtool',
      'strace',
      'python3',
    ]);
  });
});

it('all programs are missing without a PATH', () => {
  expect(missing(undefined, nothing, commands)).toEqual(commands);
});

it('a library of a program is there when one of the programs says so', () => {
  const library = NEEDS.filter((need) => 'programs' in need && need.programs.includes('/usr/bin/python3'));
  expect(library).toHaveLength(1);
  expect(missing('', (program) => program === '/usr/bin/python3', library)).toEqual([]);
  expect(missing('', nothing, library)).toEqual(library);
});

it('a library with a place of its own is there when its file is', () => {
  withTree({ 'java/one.jar': '' }, (root) => {
    const jar = (name: string): Need => ({ library: name, file: join(root, 'java', name), debian: [`lib${name}`] });
    expect(missing('', nothing, [jar('one.jar'), jar('two.jar')])).toEqual([jar('two.jar')]);
  });
});

it('the Python of the tests is the first that has the modules', () => {
  expect(findPython(() => true)).toBe('python3');
  expect(findPython((program) => program.startsWith('/'))).toBe('/usr/bin/python3');
  expect(() => findPython(nothing)).toThrow('npm run test:prepare');
});

it('what several of them need is installed once, and whatever is missing is named', () => {
  const install = aptCommands(NEEDS)[1] ?? [];
  expect(new Set(install).size).toBe(install.length);
  expect(install).toContain('python3-cryptography');
  expect(instructions(NEEDS)).toMatch(/PyJWT.*JUnit 5.*\n.*\n.*libjackson2-databind-java junit5/);
});
