import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { JavaWorkshop } from '../clients/java/testing/java-workshop.ts';
import { php } from '../clients/php/testing/run-php.ts';
import { type ApiDescription, type Entry, entriesOf, examplesIn } from '../docs/api-reference/description.ts';
import { type Snippet, snippetsOf } from '../docs/api-reference/snippets/languages.ts';
import { exampleRequest } from '../docs/api-reference/snippets/request.ts';
import { withClient } from '../docs/testing/modules.ts';
import { openApiDocument } from '../tools/clients/document.ts';
import { runProbe } from '../tools/prepare/probe.ts';
import { findPython, SHORT_LIVED_JVM } from '../tools/prepare/programs.ts';

// Every snippet of the API reference runs here, and sends the request that the page is about.
const ROOT = join(import.meta.dirname, '..');
const KEY = 'csk_01k8dq9z2mp_2m4x7r9t1vw_k5n8w2r7t4x9m3c6v1b8h5j2d7f4g9p3';
const SECRETS = { COUNTERSIGN_API_KEY: KEY, SESSION: 'session', CSRF_TOKEN: 'csrf' };
const run = promisify(execFile);

interface Sent {
  request: string;
  credentials: string;
  body: unknown;
}

let folder: string;
let server: Server;
let origin: string;
let api: ApiDescription;
let entries: Entry[];
/** The operation whose snippet runs: each language announces it. */
let running: Entry | undefined;
const sent = new Map<string, Sent[]>();

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'countersign-snippets-'));
  server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const text = Buffer.concat(chunks).toString();
    const [, announced] = /^\/run\/(\w+)$/.exec(request.url ?? '') ?? [];
    if (announced !== undefined) {
      running = entries.find(({ id }) => id === announced);
      return response.end();
    }
    const { authorization, cookie } = request.headers;
    const list = sent.get(running?.id ?? '') ?? [];
    sent.set(running?.id ?? '', [
      ...list,
      {
        request: `${request.method} ${request.url}`,
        credentials: authorization ?? [cookie, request.headers['x-csrf-token']].filter(Boolean).join(' '),
        body: text === '' ? undefined : JSON.parse(text),
      },
    ]);
    const [status = '200', described] = Object.entries(running?.operation.responses ?? {})[0] ?? [];
    const value = examplesIn(described)[0]?.value;
    response.writeHead(Number(status), { 'content-type': 'application/json' });
    // The last page of a list, which the libraries read to its end.
    response.end(
      value === undefined
        ? undefined
        : JSON.stringify({ ...Object(value), ...('next' in Object(value) && { next: null }) }),
    );
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  api = { ...((await openApiDocument()) as unknown as ApiDescription), servers: [{ url: `${origin}/v1` }] };
  entries = entriesOf(api);
});

afterAll(async () => {
  server.close();
  await rm(folder, { recursive: true });
});

function snippetsIn(language: string): { id: string; snippet: Snippet }[] {
  sent.clear();
  return entries.flatMap((entry) =>
    snippetsOf(exampleRequest(api, entry))
      .filter((one) => one.language === language)
      .map((snippet) => ({ id: entry.id, snippet })),
  );
}

function expectAllSent() {
  const wrong = entries.flatMap((entry) => {
    const { method, base, path, query, body, access } = exampleRequest(api, entry);
    const search = new URLSearchParams(query as Record<string, string>).toString();
    const request = `${method} ${base.slice(origin.length)}${path}${search === '' ? '' : `?${search}`}`;
    const session = `__Host-countersign=session${method === 'GET' ? '' : ' csrf'}`;
    const credentials = { key: `Bearer ${KEY}`, session, open: '' }[access];
    const [one, ...more] = sent.get(entry.id) ?? [];
    // A library may say what is the default.
    const { encoding: _, ...plain } = Object(one?.body) as Record<string, unknown>;
    const same =
      one !== undefined &&
      inOrder(one.request) === inOrder(request) &&
      one.credentials === credentials &&
      JSON.stringify(sorted(plain)) === JSON.stringify(sorted(body ?? {})) &&
      more.length === 0;
    return same ? [] : [{ id: entry.id, one, more: more.length, expected: { request, credentials, body } }];
  });
  expect(wrong).toEqual([]);
}

/** A request whose parameters are in the order of their names: Java's maps have none. */
function inOrder(request: string): string {
  const [address = '', query = ''] = request.split('?');
  return `${address}?${query.split('&').sort().join('&')}`;
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .sort(([one], [other]) => one.localeCompare(other))
      .map(([name, inner]) => [name, sorted(inner)]),
  );
}

test('curl', async () => {
  const lines = snippetsIn('curl').flatMap(({ id, snippet }) => [
    `curl -sf ${origin}/run/${id}`,
    snippet.text.replace('curl', 'curl -s'),
  ]);
  await run('bash', ['-c', lines.join('\n')], { env: { PATH: process.env.PATH ?? '', ...SECRETS } });
  expectAllSent();
});

test('TypeScript, which also has the right types', async () => {
  const here = join(folder, 'typescript');
  await mkdir(here);
  const all = snippetsIn('TypeScript');
  for (const { id, snippet } of all) await writeFile(join(here, `${id}.ts`), `${withClient(snippet.text)}export {};\n`);
  const compilerOptions = {
    ...{
      target: 'es2024',
      module: 'esnext',
      moduleResolution: 'bundler',
      strict: true,
      noEmit: true,
      skipLibCheck: true,
    },
    ...{ allowImportingTsExtensions: true, types: ['node'], typeRoots: [join(ROOT, 'node_modules/@types')] },
  };
  await writeFile(join(here, 'tsconfig.json'), JSON.stringify({ compilerOptions }));
  const { stdout } = await run(join(ROOT, 'node_modules/.bin/tsc'), ['-p', here]).catch(
    (error: { stdout: string }) => error,
  );
  expect(stdout).toBe('');
  const before = { ...process.env };
  const log = vi.spyOn(console, 'log').mockReturnValue();
  Object.assign(process.env, SECRETS);
  try {
    for (const { id } of all) {
      await fetch(`${origin}/run/${id}`);
      // What the answers are is made up, and a library may refuse them.
      await import(join(here, `${id}.ts`)).catch(() => undefined);
    }
  } finally {
    process.env = before;
    log.mockRestore();
  }
  expectAllSent();
});

test('Python', async () => {
  const here = join(folder, 'python');
  await mkdir(here);
  const all = snippetsIn('Python');
  for (const { id, snippet } of all) await writeFile(join(here, `${id}.py`), snippet.text);
  const script = `import runpy, sys, urllib.request
for name in sys.argv[1:]:
  urllib.request.urlopen("${origin}/run/" + name)
  try:
    runpy.run_path("${here}/" + name + ".py")
  except Exception as error:
    print(name, repr(error), file=sys.stderr)
`;
  await writeFile(join(here, 'all.py'), script);
  const env = {
    PATH: process.env.PATH ?? '',
    PYTHONPATH: join(ROOT, 'clients/python/src'),
    PYTHONDONTWRITEBYTECODE: '1',
    ...SECRETS,
  };
  await run(findPython(runProbe), [join(here, 'all.py'), ...all.map(({ id }) => id)], { env });
  expectAllSent();
});

test('PHP', async () => {
  const here = join(folder, 'php');
  await mkdir(join(here, 'vendor'), { recursive: true });
  await writeFile(
    join(here, 'vendor/autoload.php'),
    `<?php\nrequire_once '${join(ROOT, 'clients/php/autoload.php')}';\n`,
  );
  const all = snippetsIn('PHP');
  for (const { id, snippet } of all) {
    await writeFile(join(here, `${id}.php`), snippet.text.replace("'vendor/", "__DIR__ . '/vendor/"));
  }
  const script = `<?php
foreach (array_slice($argv, 1) as $name) {
  file_get_contents("${origin}/run/" . $name);
  (function () use ($name) { try { require "${here}/$name.php"; } catch (Throwable $error) { echo $error->getMessage(), "\\n"; } })();
}`;
  await writeFile(join(here, 'all.php'), script);
  await php([join(here, 'all.php'), ...all.map(({ id }) => id)], SECRETS);
  expectAllSent();
});

test('Java', async () => {
  const workshop = await JavaWorkshop.open();
  try {
    const all = snippetsIn('Java');
    for (const { id, snippet } of all) {
      const lines = snippet.text.split('\n');
      const isImport = (line: string) => line.startsWith('import ');
      const [imports, statements] = [lines.filter(isImport), lines.filter((line) => !isImport(line))];
      const source = `package snippets;\n${imports.join('\n')}\nfinal class ${id} {\n  static void run() throws Exception {\n${statements.join('\n')}\n  }\n}\n`;
      await workshop.write(`snippets/${id}.java`, source);
    }
    const main = `package snippets;
import java.io.IOException;
import java.net.URI;
public final class Main {
  interface Snippet { void run() throws Exception; }
  static void run(String name, Snippet snippet) throws IOException {
    URI.create("${origin}/run/" + name).toURL().openStream().close();
    try { snippet.run(); } catch (Exception error) { System.out.println(name + " " + error); }
  }
  public static void main(String[] arguments) throws IOException {
${all.map(({ id }) => `    run("${id}", ${id}::run);`).join('\n')}
  }
}
`;
    await workshop.write('snippets/Main.java', main);
    await workshop.compileTests();
    const env = { PATH: process.env.PATH ?? '', ...SECRETS };
    await run('java', [SHORT_LIVED_JVM, '-cp', workshop.classPath, 'snippets.Main'], { env });
    expectAllSent();
  } finally {
    await workshop.remove();
  }
});
