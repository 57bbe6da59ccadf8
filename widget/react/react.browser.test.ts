import { join, resolve } from 'node:path';
import { build } from 'vite';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { LOGIN, RESULT } from '../testing/fake-service.ts';
import { createWidgetFixture, frameOf, type WidgetFixture } from '../testing/fixture.ts';

let stage: WidgetFixture;
beforeAll(async () => {
  stage = await createWidgetFixture();
  await build({
    configFile: false,
    logLevel: 'warn',
    publicDir: false,
    define: { 'process.env.NODE_ENV': '"development"' },
    build: {
      outDir: stage.dist,
      emptyOutDir: false,
      rolldownOptions: {
        input: resolve(import.meta.dirname, '../testing/react-page.ts'),
        output: { format: 'es', entryFileNames: 'react-page.js' },
      },
    },
  });
});
afterAll(() => stage?.close());

test('strict mode mounts one widget, which calls the latest callback and follows its props', async () => {
  stage.service.intercept = ({ path }) =>
    path === 'flow/identify' ? { view: { step: 'done', seq: 1, result: RESULT } } : undefined;
  const { url } = stage.service;
  const page = await stage.open(
    stage.host.put(
      `<div id="root" data-service="${url}"></div><script type="module" src="${url}/widget/v1/react-page.js"></script>`,
    ),
  );
  const frame = await frameOf(page);
  expect(await page.locator('iframe').count()).toBe(1);
  expect(stage.service.asked.filter(({ path }) => path === 'flows')).toHaveLength(1);
  await page.getByRole('button').click();
  await frame.locator('html[data-tone=dark]').waitFor();
  await frame.locator('#identify').fill(LOGIN);
  await frame.locator('.primary').click();
  await page.waitForFunction(() => document.title === 'success in render 2');
});

test('the ES module loads on a server, where mount returns null', async () => {
  const { mount, scan } = await import(/* @vite-ignore */ join(stage.dist, 'countersign.mjs'));
  expect(mount('#here', { resource: 'res_01k8dq9z2mp', nonce: 'nonce-of-the-session-0001' })).toBeNull();
  expect(scan()).toBeUndefined();
});

test('the pure module mounts on its own address, and does not scan by itself', async () => {
  stage.service.reset();
  const { url } = stage.service;
  const page = await stage.open(
    stage.host.put(`<div id="here"></div><div data-countersign></div><script type="module">
      import { mount } from '${url}/widget/v1/pure.mjs';
      mount('#here', { resource: 'res_01k8dq9z2mp', nonce: 'nonce-of-the-session-0001' });
    </script>`),
  );
  await frameOf(page);
  expect(await page.locator('iframe').count()).toBe(1);
});
