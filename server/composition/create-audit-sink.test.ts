import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { describeFailure, exitCodeOf } from './command-failure.ts';
import { createAuditSink, isWrongPath } from './create-audit-sink.ts';

const failureOf = (path: string) =>
  createAuditSink({ target: { kind: 'file', path }, tls: {} }).catch((error: unknown) => error);

test('a file that cannot be opened is named with the reason, as a wrong setting', async () => {
  const path = join(import.meta.dirname, 'missing', 'audit.jsonl');
  const failure = await failureOf(path);
  expect(describeFailure('serve', failure)).toContain(
    `COUNTERSIGN_AUDIT_FEED names a file that cannot be written: ${path} (ENOENT)`,
  );
  expect(exitCodeOf(failure)).toBe(78);
});

test('a folder in its place is a wrong setting', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'countersign-audit-sink-'));
  expect(exitCodeOf(await failureOf(folder))).toBe(78);
  await rm(folder, { recursive: true });
});

test('a full disk is none: another start may succeed', () => {
  expect(['ENOSPC', 'EIO', 'EMFILE', undefined].map(isWrongPath)).toEqual([false, false, false, false]);
});
