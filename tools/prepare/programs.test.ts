import { chmodSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { expect, it } from 'vitest';
import { withTree } from '../testing/planted-tree.ts';
import { aptCommands, findPython, instructions, missing, NEEDS, type Need } from './programs.ts';

const commands: readonly Need[] = NEEDS.filter((need) => 'command' in need && need.debian[0] === need.command);
const nothing = () => false;

it('finds executable programs in any folder of the PATH', () => {
  withTree({ 'a/redis-server': '', 'b/valkey-server': '', 'b/oathtool': '', 'b/chromium/x': '' }, (root) => {
    chmodSync(join(root, 'a/redis-server'), 0o755);
    chmodSync(join(root, 'b/valkey-server'), 0o755);
    const path = [join(root, 'nowhere'), join(root, 'a'), '', join(root, 'b')].join(delimiter);
    expect(missing(path, nothing, commands).flatMap(({ debian }) => debian)).toEqual([
      'chromium',
      'chromium-headless-shell',
      'oathtool',
      'strace',
      'faketime',
      'zsh',
      'fish',
      'python3',
      'gpg',
      'composer',
      'unzip',
      'lintian',
      'age',
    ]);
  });
});

it('reports all programs as missing without a PATH', () => {
  expect(missing(undefined, nothing, commands)).toEqual(commands);
});

it('finds a library if one of its programs has it', () => {
  const library = NEEDS.filter((need) => 'programs' in need && need.programs.includes('/usr/bin/python3'));
  expect(library).toHaveLength(2);
  expect(missing('', (program) => program === '/usr/bin/python3', library)).toEqual([]);
  expect(missing('', nothing, library)).toEqual(library);
});

it('finds a library with a fixed path by its file', () => {
  withTree({ 'java/one.jar': '' }, (root) => {
    const jar = (name: string): Need => ({ library: name, file: join(root, 'java', name), debian: [`lib${name}`] });
    expect(missing('', nothing, [jar('one.jar'), jar('two.jar')])).toEqual([jar('two.jar')]);
  });
});

it('selects the first Python that has the modules', () => {
  expect(findPython(() => true)).toBe('python3');
  expect(findPython((program) => program.startsWith('/'))).toBe('/usr/bin/python3');
  expect(() => findPython(nothing)).toThrow('npm run test:prepare');
});

it('installs a shared package once, and names everything missing', () => {
  const install = aptCommands(NEEDS)[1] ?? [];
  expect(new Set(install).size).toBe(install.length);
  expect(install).toContain('python3-cryptography');
  expect(instructions(NEEDS)).toMatch(
    /PyJWT.*JUnit 5.*\n.*\n.*libjackson2-databind-java libtomcat10-embed-java libtomcat10-java junit5/,
  );
});
