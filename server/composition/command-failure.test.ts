import { readFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { ConfigError } from '../config/load-config.ts';
import { plansOf } from '../config/load-plans.ts';
import { loadTexts } from '../config/load-texts.ts';
import { listen } from '../http/listen.ts';
import { PartitionsRefused, StoreVersionRefused } from '../kernel/ports/store.ts';
import { ProcessRefused } from '../operations/processes/register-process.ts';
import { freePorts } from '../testing/free-ports.ts';
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

test('names a port that another program uses, and the variables that choose another', async () => {
  const [port = 0] = await freePorts(1);
  const holder = createServer();
  await new Promise<void>((resolve) => holder.listen({ host: '127.0.0.1', port }, resolve));
  onTestFinished(() => void holder.close());
  const error = await listen(() => new Response(), { host: '127.0.0.1', port }).catch((failure: unknown) => failure);
  expect(describeFailure('serve', error)).toBe(
    `countersign could not start: another program uses port ${port} of 127.0.0.1. Stop it, or choose another port in COUNTERSIGN_LISTEN, COUNTERSIGN_ADMIN_LISTEN or COUNTERSIGN_METRICS_LISTEN.`,
  );
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
