import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { sealEvents } from '../testing/consuming.ts';
import { append, linesOfExport, sampleEvent, streamPortsOver } from '../testing/event-stream.ts';
import { accountId } from '../testing/samples.ts';
import { openTemporaryStore } from '../testing/temporary-store.ts';
import { runAudit } from './audit.ts';

let folder: string;
let lines: string[];
let keys: string;
const file = (name: string) => join(folder, name);

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'countersign-audit-'));
  const { store, remove } = await openTemporaryStore();
  const ports = await streamPortsOver(store, 'command');
  await append(ports, 'thing', [0, 3, 6].map(sampleEvent));
  await sealEvents(ports);
  lines = await linesOfExport(ports, accountId(1));
  keys = file('keys.json');
  await writeFile(keys, JSON.stringify({ keys: ports.signer.publicKeys() }));
  await writeFile(file('right.jsonl'), `${lines.join('\n')}\n`);
  await writeFile(file('cut.jsonl'), lines.slice(0, -1).join('\n'));
  await writeFile(file('changed.jsonl'), lines.join('\n').replace('granted', 'refused'));
  await remove();
});
afterAll(() => rm(folder, { recursive: true, force: true }));

async function audit(...args: string[]): Promise<{ code: number; output: string }> {
  let output = '';
  const code = await runAudit(args, (text) => {
    output += text;
  });
  return { code, output };
}

test('SR-34: a changed file is detected, with the line of the change', async () => {
  const right = await audit('verify', file('right.jsonl'), '--keys', keys);
  expect(right).toMatchObject({
    code: 0,
    output: expect.stringContaining(`intact: 3 events in 1 segments of ${accountId(1)}`),
  });
  const known = /--known (\S+)/.exec(right.output)?.[1] ?? '';
  expect((await audit('verify', file('right.jsonl'), '--keys', keys, '--known', known)).code).toBe(0);
  const other = await audit('verify', file('right.jsonl'), '--keys', keys, '--known', known.replace(/^1/, '2'));
  expect(other).toMatchObject({ code: 1, output: expect.stringContaining('unexpected') });
  expect(await audit('verify', file('cut.jsonl'), '--keys', keys)).toMatchObject({
    code: 1,
    output: expect.stringContaining('line 6: truncated'),
  });
  const changed = await audit('verify', file('changed.jsonl'), '--keys', keys, '--json');
  expect(changed.code).toBe(1);
  expect(JSON.parse(changed.output)).toMatchObject({ ok: false, findings: [{ line: 5, kind: 'changed' }] });
});

test('prints its usage', async () => {
  for (const args of [
    [],
    ['verify'],
    ['verify', 'x'],
    ['sign', 'x', '--keys', keys],
    ['verify', 'x', '--keys', keys, '--known', '1'],
  ]) {
    expect(await audit(...args)).toMatchObject({ code: 2, output: expect.stringContaining('usage') });
  }
  expect((await audit('verify', file('none.jsonl'), '--keys', keys)).code).toBe(2);
  expect((await audit('verify', file('right.jsonl'), '--keys', file('right.jsonl'))).code).toBe(2);
});
