import { join } from 'node:path';
import { expect, test } from 'vitest';
import { createAuditSink } from './create-audit-sink.ts';

test('a file that cannot be opened is named with the reason', async () => {
  const target = { kind: 'file', path: join(import.meta.dirname, 'missing', 'audit.jsonl') } as const;
  await expect(createAuditSink({ target, tls: {} })).rejects.toThrow(
    /^COUNTERSIGN_AUDIT_FEED: .* cannot be written: ENOENT$/,
  );
});
