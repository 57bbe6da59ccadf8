import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { readdirSync } from 'node:fs';
import { cp, mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, onTestFinished, test } from 'vitest';
import { newNonce } from '../clients/typescript/src/index.ts';
import { codeBlocksOf } from '../docs/testing/code-blocks.ts';
import about from '../package.json' with { type: 'json' };
import { exampleAddress, ROOT, type RunningExample, startExample } from './harness/example-site.ts';
import { expect } from './harness/expect.ts';
import { createE2eFixture, type E2eFixture } from './harness/fixture.ts';
import { makePersonWithDevice, makeResource } from './harness/people.ts';
import { Visitor } from './harness/visitor.ts';
import { copyExample, installWidgetPackage, type WidgetProject } from './harness/widget-package.ts';
import { TITLES, widgetOn } from './harness/widget-view.ts';

const EXAMPLES = ['web-component', 'react', 'vue', 'svelte', 'angular'];

let stage: E2eFixture;
let project: WidgetProject;
let example: RunningExample;
let resource: string;

beforeAll(async () => {
  [stage, project] = await Promise.all([createE2eFixture(), installWidgetPackage()]);
  const { client, url: service } = stage.service;
  const { port, origin } = await exampleAddress();
  resource = (await makeResource(client, origin)).id;
  // One backend for all, with one page after the other.
  const pages = join(project.folder, 'dist');
  await mkdir(pages);
  await writeFile(join(pages, 'index.html'), '');
  const file = 'docs/examples/front-end/backend.ts';
  const command = () => [process.execPath, '--import', 'tsx', file] as const;
  const site = { language: 'typescript', file, command, env: { PAGES: pages } };
  example = await startExample(site, { port, origin, service, resource });
});
afterEach(() => stage.clear());
afterAll(async () => {
  await example?.close();
  await stage?.close();
  await project?.remove();
});

test('every framework has an example', () => {
  const folders = readdirSync(join(ROOT, 'docs/examples/front-end'), { withFileTypes: true });
  expect(folders.filter((one) => one.isDirectory()).map(({ name }) => name)).toEqual(EXAMPLES.toSorted());
});

test.each(EXAMPLES)('the guide for %s shows the component of the example', async (name) => {
  const shown = codeBlocksOf(`docs/${name}.md`).filter(({ language }) => language !== 'html');
  const [file = ''] = readdirSync(join(ROOT, 'docs/examples/front-end', name, 'src')).filter((one) =>
    /^sign-in\./.test(one),
  );
  const text = await readFile(join(ROOT, 'docs/examples/front-end', name, 'src', file), 'utf8');
  expect(shown.map((block) => block.text)).toEqual([text]);
});

test.each(EXAMPLES)('the example for %s signs a user in, also after a refusal of the backend', async (name) => {
  await copyExample(project, name, { 'https://auth.example': stage.service.url, res_01k8dq9z2mp: resource });
  await project.run('vite', ['build', '--outDir', '../dist', '--emptyOutDir', '--logLevel', 'warn'], name);
  const person = await makePersonWithDevice(stage.service.client, resource);
  const page = await stage.open(`${example.origin}/`);
  const problems: string[] = [];
  page.on('pageerror', (error) => problems.push(error.message));
  const heading = page.locator('h1');
  const widget = widgetOn(page);
  await expect(heading).toHaveText('Please sign in');
  await page.route(`${example.origin}/sign-in`, (route) => route.fulfill({ status: 403 }), { times: 1 });
  await widget.identify(person.login);
  await widget.givePassword(person.password);
  await widget.giveCode(person.device.code());
  await expect(page.getByRole('alert')).toBeVisible();

  await widget.identify(person.login);
  await widget.givePassword(person.password);
  await widget.giveCode(person.device.code(1));
  await expect(heading).toHaveText(`Hello, ${person.login}`);
  await expect(page.locator('iframe')).toHaveCount(0);
  await page.getByRole('button', { name: 'Sign out' }).click();
  await expect(heading).toHaveText('Please sign in');
  await expect(page.locator('iframe')).toHaveCount(1);
  expect(problems).toEqual([]);
});

// A guard in front of all pages knows the address alone, which Next.js reads in its own way.
test('the example for Next.js signs a user in, steps up, and shows nothing without a sign-in', async () => {
  const { client, url: service, apiKey } = stage.service;
  const { port, origin } = await exampleAddress();
  const { id } = await makeResource(client, origin, { rememberMs: 3_600_000 });
  const secret = randomBytes(32).toString('base64');
  const env = { COUNTERSIGN_API_KEY: apiKey, ORIGIN: origin, SECRET_KEY: secret, NEXT_TELEMETRY_DISABLED: '1' };
  const folder = join(project.folder, 'next');
  await cp(join(ROOT, 'docs/examples/next'), folder, { recursive: true });
  // Turbopack follows no link out of the project, and here the packages are links.
  const settings = { ...env, COUNTERSIGN_URL: service, COUNTERSIGN_RESOURCE: id };
  await project.run('next', ['build', '--webpack'], 'next', settings);
  const next = join(ROOT, 'node_modules/.bin/next');
  const command = () => [process.execPath, next, 'start', folder, '-H', '127.0.0.1', '-p', String(port)] as const;
  const site = { language: 'typescript', file: 'docs/examples/next/lib/auth.ts', command, env };
  const shop = await startExample(site, { port, origin, service, resource: id });
  onTestFinished(shop.close);

  const visitor = new Visitor(origin);
  for (const path of ['/account', '//account', '/%61ccount', '/account/', '/./account', '/ACCOUNT', '/x/../transfer']) {
    for (const method of ['GET', 'HEAD', 'POST']) {
      const { text } = await visitor.send(method, path, { 'x-middleware-subrequest': 'proxy:proxy:proxy', rsc: '1' });
      expect(text, `${method} ${path}`).not.toMatch(/Hello|Two factors/);
    }
  }
  const crossSite = await visitor.post('nonce', {}, { origin: 'https://evil.example' });
  expect([crossSite.status, crossSite.json]).toEqual([403, { code: 'POST_CROSS_SITE' }]);

  const person = await makePersonWithDevice(client, id);
  const page = await stage.open(`${origin}/account`);
  await expect(page).toHaveURL(`${origin}/sign-in?next=%2Faccount`);
  const widget = widgetOn(page);
  await widget.identify(person.login);
  await widget.givePassword(person.password);
  await widget.giveCode(person.device.code());
  await expect(page).toHaveURL(`${origin}/account`);
  await expect(page.locator('h1')).toHaveText(`Hello, ${person.login}`);
  expect((await page.goto(`${origin}/transfer`))?.status()).toBe(200);
  await page.goto(`${origin}/sign-in?next=%2Ftransfer&acr=2&maxAgeMs=60000`);
  await expect(page.locator('body')).toContainText('Two factors within five minutes.');
  await page.goto(`${origin}/account`);
  await page.getByRole('button', { name: 'Sign out' }).click();
  await expect(page).toHaveURL(`${origin}/`);
  await page.goto(`${origin}/account`);
  await expect(page).toHaveURL(`${origin}/sign-in?next=%2Faccount`);
});

// SR-11. The attack: who can change files of the service runs a script in the pages of every site.
test('a page pins the element by its hash', async () => {
  const { url } = stage.service;
  const address = `${url}/widget/${about.version}`;
  const { files } = await (await fetch(`${address}/integrity.json`)).json();
  const { id } = await makeResource(stage.service.client, stage.host.origin);
  const pageWith = (integrity: string) =>
    stage.host.put(`<!doctype html><title>Host</title><countersign-sign-in resource="${id}" nonce="${newNonce()}">
      </countersign-sign-in><script src="${address}/element.js" integrity="${integrity}" crossorigin></script>`);
  const page = await stage.open(pageWith(files['element.js']));
  await expect(widgetOn(page).heading).toHaveText(TITLES.identify);
  await page.goto(pageWith(files['countersign.js']));
  expect(await page.evaluate(() => customElements.get('countersign-sign-in') === undefined)).toBe(true);
});

describe('on a server', () => {
  const MODULES = ['', '/pure', '/element', '/react', '/vue', '/angular'];
  const node = (script: string, ...args: string[]) =>
    execFileSync(process.execPath, [...args, '--input-type=module', '-e', script], {
      cwd: project.folder,
      encoding: 'utf8',
    });

  test.each([[], ['--conditions=development']])('every module is imported, and mounts nothing %s', (...args) => {
    const printed = node(
      `for (const name of ${JSON.stringify(MODULES)}) {
        const { mount, scan } = await import('@countersign/widget' + name);
        console.log(name, mount?.('#a', { service: 'https://auth.example' }), scan?.());
      }`,
      ...args,
    );
    const mounted = (name: string) => (name === '' || name === '/pure' ? 'null' : 'undefined');
    const lines = MODULES.map((name) => `${name} ${mounted(name)} undefined`);
    expect(printed).toBe(`${lines.join('\n')}\n`);
  });

  // What a browser would mount before the framework has set the properties has no nonce.
  const options = `{ service: 'https://auth.example', resource: 'res_01k8dq9z2mp', nonce: () => 'x' }`;
  const ELEMENT = /^<countersign-sign-in(?: class="box"| deferred(?:="(?:true)?")?){2}>.*<\/countersign-sign-in>$/;

  test('React renders an element that waits for its properties', () => {
    const printed = node(`
      import { createElement } from 'react';
      import { renderToString } from 'react-dom/server';
      import { CountersignSignIn } from '@countersign/widget/react';
      console.log(renderToString(createElement(CountersignSignIn, { ...${options}, className: 'box' }, 'Call us')));`);
    expect(printed.trim()).toMatch(ELEMENT);
  });

  test('Vue does', () => {
    const printed = node(`
      import { createSSRApp, h } from 'vue';
      import { renderToString } from 'vue/server-renderer';
      import { CountersignSignIn } from '@countersign/widget/vue';
      const app = createSSRApp({ render: () => h(CountersignSignIn, { ...${options}, class: 'box' }, () => 'Call us') });
      console.log(await renderToString(app));`);
    expect(printed.trim()).toMatch(ELEMENT);
  });

  test('Svelte does', async () => {
    const page = `import { render } from 'svelte/server';
      import { CountersignSignIn } from '@countersign/widget/svelte';
      console.log(render(CountersignSignIn, { props: { ...${options}, class: 'box' } }).body);`;
    await writeFile(join(project.folder, 'svelte/src/server.js'), page);
    await project.run(
      'vite',
      ['build', '--ssr', 'src/server.js', '--outDir', 'server', '--logLevel', 'warn'],
      'svelte',
    );
    const printed = execFileSync(process.execPath, ['server/server.js'], {
      cwd: join(project.folder, 'svelte'),
      encoding: 'utf8',
    });
    expect(printed.replaceAll(/<!--.*?-->/g, '').trim()).toMatch(ELEMENT);
  });
});

test.each(['react', 'angular'])('the types compile in the example for %s', async (name) => {
  await project.run('tsc', ['-p', '.'], name);
});
