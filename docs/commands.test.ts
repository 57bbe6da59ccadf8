import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type BuiltService, makePlace, type Place, serve, setUp } from './testing/built-service.ts';
import { type CodeBlock, codeBlocksOf, documentPaths, ROOT } from './testing/code-blocks.ts';
import { ExampleValues } from './testing/example-values.ts';
import { Shell } from './testing/shell.ts';

const API_KEY = 'csk_01k8dq9z2mp_2m4x7r9t1vw_k5n8w2r7t4x9m3c6v1b8h5j2d7f4g9p3';

/** A document whose commands a reader types one after the other, from the first to the last. */
function isSession(path: string): boolean {
  return codeBlocksOf(path).some(({ language, role }) => language === 'sh' && role !== 'not-executed');
}

describe.each(documentPaths().filter(isSession))('the commands of %s', (path) => {
  const values = new ExampleValues();
  const blocks = codeBlocksOf(path);
  // A document that starts the service itself begins with nothing; the others are read where one runs.
  const startsItself = blocks.some(({ role }) => role === 'background');
  let place: Place;
  let spare: string;
  let service: BuiltService | undefined;
  let shell: Shell;

  beforeAll(async () => {
    place = await makePlace();
    spare = await mkdtemp(join(tmpdir(), 'countersign-spare-'));
    values.set('http://localhost:8080', place.url);
    values.set('https://auth.example', place.url);
    values.set('/var/lib/countersign', join(spare, 'data'));
    values.set('--pack-destination /tmp', `--pack-destination ${spare}`);
    shell = new Shell(ROOT, place.env);
    if (startsItself) return;
    const key = setUp(place);
    values.set(API_KEY, key);
    service = await serve(place);
    await shell.run(`AUTH=${place.url}; API_KEY=${key}`);
  }, 60_000);

  afterAll(async () => {
    await shell.close();
    await service?.stop();
    await place.remove();
    await rm(spare, { recursive: true, force: true });
  });

  let printed = '';

  const tries: Partial<Record<string, (block: CodeBlock) => Promise<void>>> = {
    async sh({ text }) {
      const ran = await shell.run(values.fill(text));
      expect(ran.status, `${ran.stdout}\n${ran.stderr}`).toBe(0);
      printed = ran.stdout;
    },
    async 'sh background'({ text }) {
      expect(text.trim()).toBe('node dist/server/start.cjs serve');
      service = await serve(place);
    },
    async 'json answer'({ text }) {
      expect(values.compareJson(JSON.parse(text), JSON.parse(printed))).toEqual([]);
    },
    async text({ text }) {
      expect(values.compareText(text, printed)).toBeUndefined();
    },
  };

  for (const block of blocks) {
    const attempt = tries[[block.language, block.role].filter(Boolean).join(' ')];
    if (attempt) test(`${block.at} ${block.text.split('\n')[0]?.slice(0, 60)}`, () => attempt(block));
  }
});
