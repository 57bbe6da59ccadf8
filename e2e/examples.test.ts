import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, test } from 'vitest';
import { JavaWorkshop } from '../clients/java/testing/java-workshop.ts';
import { runProbe } from '../tools/prepare/probe.ts';
import { findPython, SHORT_LIVED_JVM } from '../tools/prepare/programs.ts';
import { type ExampleSite, exampleAddress, ROOT, type RunningExample, startExample } from './harness/example-site.ts';
import { expect } from './harness/expect.ts';
import { createE2eFixture, type E2eFixture } from './harness/fixture.ts';
import { FRAMEWORK_SITES } from './harness/framework-sites.ts';
import { makePersonWithDevice, makeResource } from './harness/people.ts';
import { widgetOn } from './harness/widget-view.ts';

/** How the example of each language is started. */
const EXAMPLES: readonly ExampleSite[] = [
  {
    language: 'typescript',
    file: 'docs/examples/typescript/server.ts',
    command: () => [process.execPath, '--import', 'tsx', 'docs/examples/typescript/server.ts'],
  },
  {
    language: 'python',
    file: 'docs/examples/python/server.py',
    command: () => [findPython(runProbe), '-B', 'docs/examples/python/server.py'],
    env: { PYTHONPATH: 'clients/python/src' },
  },
  {
    language: 'php',
    file: 'docs/examples/php/index.php',
    // Sessions go into the temporary folder: the system's own may not be writable.
    command: (port) => ['php', '-d', 'session.save_path=', '-S', `127.0.0.1:${port}`, 'docs/examples/php/index.php'],
  },
  {
    language: 'java',
    file: 'docs/examples/java/Server.java',
    // Java runs a program of one file from source; the library is compiled first.
    command: async () => [
      'java',
      SHORT_LIVED_JVM,
      '-cp',
      (await JavaWorkshop.open()).classPath,
      'docs/examples/java/Server.java',
    ],
  },
];

let stage: E2eFixture;

beforeAll(async () => {
  stage = await createE2eFixture();
});
afterEach(() => stage.clear());
afterAll(() => stage?.close());

test('every language has an example of fewer than 60 lines', () => {
  const folders = new Set([...EXAMPLES, ...FRAMEWORK_SITES].map(({ file }) => file.split('/')[2]));
  // front-end.test.ts tries what is built by a bundler.
  expect(readdirSync(join(ROOT, 'docs/examples')).sort()).toEqual([...folders, 'front-end', 'next'].sort());
  for (const { file } of EXAMPLES) {
    expect(readFileSync(join(ROOT, file), 'utf8').trimEnd().split('\n').length, file).toBeLessThan(60);
  }
});

describe.each(EXAMPLES)('the example in $language', (site) => {
  let example: RunningExample;
  let resource: string;

  beforeAll(async () => {
    const { client, url: service } = stage.service;
    const { port, origin } = await exampleAddress();
    resource = (await makeResource(client, origin)).id;
    example = await startExample(site, { port, origin, service, resource });
  });
  afterAll(() => example?.close());

  test('signs a user in with password and code, keeps the session, and signs out', async () => {
    const person = await makePersonWithDevice(stage.service.client, resource);
    const page = await stage.open(`${example.origin}/`);
    const heading = page.getByRole('heading', { level: 1 });
    await expect(heading).toHaveText('Please sign in');
    const [before] = await page.context().cookies();
    const widget = widgetOn(page);
    await widget.identify(person.login);
    await widget.givePassword(person.password);
    await widget.giveCode(person.device.code());

    await expect(heading).toHaveText(`Hello, ${person.login}`);
    await expect(page).toHaveURL(`${example.origin}/`);
    const [after] = await page.context().cookies();
    expect(after).toMatchObject({ httpOnly: true, sameSite: 'Lax' });
    expect(after?.value).not.toBe(before?.value);
    await page.reload();
    await expect(heading).toHaveText(`Hello, ${person.login}`);

    // The session cookie from before the sign-in is worthless.
    const old = { headers: { cookie: `${before?.name}=${before?.value}` } };
    expect(await (await fetch(`${example.origin}/`, old)).text()).toContain('Please sign in');
    const cookie = { headers: { cookie: `${after?.name}=${after?.value}` } };
    expect(await (await fetch(`${example.origin}/`, cookie)).text()).toContain('Hello, ');

    await page.getByRole('button', { name: 'Sign out' }).click();
    await expect(heading).toHaveText('Please sign in');
    expect(await (await fetch(`${example.origin}/`, cookie)).text()).toContain('Please sign in');
  });

  test('refuses a result of another session, and a repeated one', async () => {
    const person = await makePersonWithDevice(stage.service.client, resource);
    const page = await stage.open(`${example.origin}/`);
    let result = '';
    await page.route(`${example.origin}/sign-in`, async (route) => {
      result = new URLSearchParams(route.request().postData() ?? '').get('countersign_result') ?? '';
      await route.continue();
    });
    const widget = widgetOn(page);
    await widget.identify(person.login);
    await widget.givePassword(person.password);
    await widget.giveCode(person.device.code());
    await expect(page.getByRole('heading', { level: 1 })).toHaveText(`Hello, ${person.login}`);

    const other = await stage.open(`${example.origin}/`);
    for (const text of [result, result, '', 'a.b.c', '\u00e4']) {
      const answer = await other.request.post(`${example.origin}/sign-in`, { form: { countersign_result: text } });
      expect(answer.status()).toBe(403);
      expect(await answer.text()).toMatch(/RESULT_(?:NONCE_WRONG|MALFORMED)/);
    }
    // No session and no form.
    expect((await fetch(`${example.origin}/sign-in`, { method: 'POST' })).status).toBe(403);
    await other.reload();
    await expect(other.getByRole('heading', { level: 1 })).toHaveText('Please sign in');
  });
});
