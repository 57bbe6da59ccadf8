import { readFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { ConfigError } from '../config/load-config.ts';
import { plansOf } from '../config/load-plans.ts';
import { loadTexts } from '../config/load-texts.ts';
import { PartitionsRefused, StoreVersionRefused } from '../kernel/ports/store.ts';
import { ProcessRefused } from '../operations/processes/register-process.ts';
import { describeFailure, exitCodeOf } from './command-failure.ts';

test.each([
  ['serve', 'countersign could not start: no'],
  ['setup', 'countersign could not set up: no'],
  ['restore', 'countersign could not restore: no'],
  ['operate', 'no'],
])('%s names what failed', (command, message) => {
  expect(describeFailure(command, new Error('no'))).toBe(message);
});

test('names a missing file', async () => {
  const error = await readFile('/nowhere/night.backup').catch((error: unknown) => error);
  expect(describeFailure('restore', error)).toBe(
    'countersign could not restore: there is no file /nowhere/night.backup',
  );
});

test('names a folder in place of a file, and an unreadable file', () => {
  const failure = (code: string) => Object.assign(new Error(code), { code, path: '/a' });
  expect(describeFailure('restore', failure('EISDIR'))).toContain('/a is a folder');
  expect(describeFailure('restore', failure('EACCES'))).toContain('/a cannot be opened');
  expect(describeFailure('serve', failure('ENOSPC'))).toContain('ENOSPC');
});

test('prints the message of an invalid configuration as it is', () => {
  expect(describeFailure('serve', new ConfigError([{ name: 'COUNTERSIGN_URL', problem: 'must be set' }]))).toMatch(
    /^the configuration/,
  );
});

test('a supervisor tries again while other processes are in the way, and not with a wrong version or setting', () => {
  expect(exitCodeOf(new ProcessRefused('wait'))).toBe(69);
  expect(exitCodeOf(new StoreVersionRefused('too old'))).toBe(78);
  expect(exitCodeOf(new PartitionsRefused(8, 16))).toBe(78);
});

test.each([
  ['texts', () => loadTexts({ textsFolder: '/nowhere/texts' })],
  ['plans', () => plansOf({ plansFile: '/nowhere/plans.json' })],
])('a supervisor does not try again with %s that cannot be used', (_what, load) => {
  let failure: unknown;
  try {
    load();
  } catch (error) {
    failure = error;
  }
  expect(exitCodeOf(failure)).toBe(78);
});
