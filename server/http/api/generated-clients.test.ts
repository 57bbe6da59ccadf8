import { execFile } from 'node:child_process';
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createFixture } from '../../testing/fixtures.ts';
import { openService, type Service } from '../../testing/http-service.ts';
import { listen } from '../../testing/listening.ts';

// What other people make of the OpenAPI document: a linter, and clients by three generators, which are compiled and call.

const FOLDER = resolve(import.meta.dirname, '../../../tools/generated-clients');
const DOCUMENT = 'dist/openapi.json';
const PROJECT_COMPILER = resolve(import.meta.dirname, '../../../node_modules/typescript/bin/tsc');
const run = promisify(execFile);
const node = (...args: string[]) => run(process.execPath, args, { cwd: FOLDER });
const tool = (path: string, ...args: string[]) => node(join('node_modules', path), ...args);

let service: Service;
beforeAll(async () => {
  await install();
  service = await openService('generated-clients');
  const text = await (await service.call('GET /v1/openapi.json')).text();
  await rm(join(FOLDER, 'dist'), { recursive: true, force: true });
  await mkdir(join(FOLDER, 'dist/generated'), { recursive: true });
  await writeFile(join(FOLDER, DOCUMENT), text);
});
afterAll(() => service.ports.close());

/** The tools are large, and nothing else needs them: they are installed when their lock file has changed. */
async function install(): Promise<void> {
  const [lock, installed] = ['package-lock.json', 'node_modules/.installed-lock.json'].map((path) =>
    join(FOLDER, path),
  );
  const wanted = await readFile(lock ?? '', 'utf8');
  const found = await readFile(installed ?? '', 'utf8').catch(() => undefined);
  if (found === wanted) return;
  await run('npm', ['ci', '--ignore-scripts', '--no-audit', '--no-fund', '--prefer-offline'], { cwd: FOLDER });
  await writeFile(installed ?? '', wanted);
}

test('Spectral finds nothing in the document', async () => {
  const { stdout } = await node('lint.mjs', DOCUMENT);
  expect(stdout.split('\n').filter((line) => line !== '')).toEqual([]);
});

test('clients that openapi-typescript, hey-api and orval generate compile, and call the service', async () => {
  const generated = 'dist/generated';
  await Promise.all([
    // Without the option it demands the members of a request that have a default.
    tool(
      'openapi-typescript/bin/cli.js',
      ...[DOCUMENT, '--default-non-nullable=false', '--output', `${generated}/openapi-typescript.d.ts`],
    ),
    tool('@hey-api/openapi-ts/bin/run.js', '--input', `./${DOCUMENT}`, '--output', `${generated}/hey-api`),
    tool('orval/dist/bin/orval.mjs', '--config', 'orval.config.mjs', '--fail-on-warnings'),
  ]);
  // The project's own compiler, in a seventh of the time of the one that the generators bring.
  await node(PROJECT_COMPILER, '--project', '.');
  for (const caller of ['openapi-fetch', 'hey-api', 'orval']) {
    const { account } = await createFixture(service.ports);
    const key = await service.keyFor(account, ['read', 'write']);
    const { url, close } = await listen(service, '127.0.0.1');
    try {
      const { stdout } = await node(`dist/compiled/calls/${caller}.js`, `${url}/v1`, key);
      expect(JSON.parse(stdout), caller).toEqual({
        id: expect.stringMatching(/^usr_/),
        listed: ['ada'],
        firstName: 'Ada',
        refused: 'NAME_TAKEN',
      });
    } finally {
      close();
    }
  }
});
