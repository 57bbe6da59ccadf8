import { cp, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { BrowserContextOptions, Frame, Page } from '@playwright/test';
import { closePages, sharedBrowser } from '../../e2e/harness/browser.ts';
import { builtPath } from '../../e2e/harness/built-service.ts';
import { type HostSite, startHostSite } from '../../e2e/harness/host-site.ts';
import { type FakeService, RESOURCE, startFakeService } from './fake-service.ts';
import { hostPage } from './host-page.ts';

export const NONCE = 'nonce-of-the-session-0001';

/** A browser, a fake service, a site that embeds the widget, and the built widget. */
export interface WidgetFixture {
  service: FakeService;
  host: HostSite;
  dist: string;
  /** Opens a page in its own browser context. */
  open(url: string, options?: BrowserContextOptions): Promise<Page>;
  /** Address of a page with one widget in `#here`; `window.events` collects its events. */
  widgetPage(options?: string): string;
  openWidget(options?: string, browser?: BrowserContextOptions): Promise<Page>;
  close(): Promise<void>;
}

export async function createWidgetFixture(): Promise<WidgetFixture> {
  // A copy, since a test may add files to it.
  const dist = await mkdtemp(join(tmpdir(), 'countersign-widget-'));
  await cp(builtPath('widget'), dist, { recursive: true });
  const service = await startFakeService(dist);
  const host = await startHostSite();
  service.allowedOrigins.add(host.origin);
  const browser = await sharedBrowser();

  const open: WidgetFixture['open'] = async (url, options = {}) => {
    const context = await browser.newContext(options);
    const page = await context.newPage();
    await page.goto(url);
    return page;
  };
  const widgetPage = (options = '') => host.put(hostPage(service.url, '<div id="here"></div>', mountScript(options)));
  return {
    service,
    host,
    dist,
    open,
    widgetPage,
    openWidget: (options = '', browserOptions = {}) => open(widgetPage(options), browserOptions),
    async close() {
      await closePages(browser);
      await Promise.all([service.close(), host.close()]);
      await rm(dist, { recursive: true });
    },
  };
}

/**
 * A script that mounts a widget in `#here` and records its events; `options` are further fields of the options object.
 */
export function mountScript(options = ''): string {
  return `window.events = [];
for (const name of ['ready', 'change', 'success', 'error', 'expire', 'timeout', 'close', 'loaderror'])
  document.addEventListener('countersign:' + name, (event) => events.push([name, event.detail]));
window.widget = Countersign.mount('#here', { resource: '${RESOURCE}', nonce: '${NONCE}', ${options} });`;
}

/** The frame of the first (or nth) widget on the page. */
export async function frameOf(page: Page, nth = 0): Promise<Frame> {
  const element = await page.locator('iframe').nth(nth).elementHandle();
  const frame = await element?.contentFrame();
  if (!frame) throw new Error('No such frame.');
  await frame.locator('h1').waitFor();
  return frame;
}

/** Names of the recorded events. */
export function eventsOf(page: Page): Promise<string[]> {
  return page.evaluate(() => (window as unknown as { events: [string][] }).events.map(([name]) => name));
}
