import type { Browser, BrowserContext, BrowserContextOptions, Page } from '@playwright/test';
import { newNonce } from '../../clients/typescript/src/index.ts';
import { closePages, newContext, sharedBrowser } from './browser.ts';
import { type HostPage, hostPage, type MountData, mountScript } from './host-page.ts';
import { type HostSite, startHostSite } from './host-site.ts';
import { type Service, startService } from './service.ts';

export interface OpenOptions {
  browser?: BrowserContextOptions;
  /** Further options of the widget. */
  options?: Record<string, unknown>;
  page?: Partial<HostPage>;
  headers?: Record<string, string>;
  /** Another site than the fixture's own. */
  on?: HostSite;
  /** Runs on the browser before the page opens. */
  before?: (context: BrowserContext) => Promise<unknown>;
}

/** A browser, the service, and a site that embeds it. */
export interface E2eFixture {
  service: Service;
  host: HostSite;
  /** A new browser for this address. */
  open(url: string, opening?: OpenOptions): Promise<Page>;
  /** A page of the site with one widget in `#here`, mounted with a new nonce. */
  openWidget(resource: string, opening?: OpenOptions): Promise<{ page: Page; nonce: string; url: string }>;
  /** Closes the pages. */
  clear(): Promise<void>;
  close(): Promise<void>;
}

/** @param settings further variables of the service */
export async function createE2eFixture(settings: Record<string, string> = {}): Promise<E2eFixture> {
  // The browser first: without one, nothing else keeps running.
  const browser: Browser = await sharedBrowser();
  const service = await startService(settings);
  const host = await startHostSite();

  const stage: E2eFixture = {
    service,
    host,
    async open(url, opening = {}) {
      const context = await newContext(browser, opening.browser);
      await opening.before?.(context);
      const page = await context.newPage();
      await page.goto(url);
      return page;
    },
    async openWidget(resource, opening = {}) {
      const nonce = newNonce();
      const mount: MountData = { resource, nonce, ...opening.options };
      const html = hostPage({
        service: service.url,
        body: '<div id="here"></div>',
        script: mountScript('here', mount),
        ...opening.page,
      });
      const url = (opening.on ?? host).put(html, opening.headers);
      return { page: await stage.open(url, opening), nonce, url };
    },
    clear: () => closePages(browser),
    async close() {
      await closePages(browser);
      await Promise.all([service.close(), host.close()]);
    },
  };
  return stage;
}

/** An event that the page received: `[event, detail, id of the widget's element]`. */
export type WidgetEvent = [name: string, detail: Record<string, unknown> | null, id: string];

export function eventsOf(page: Page): Promise<WidgetEvent[]> {
  return page.evaluate(() => (window as unknown as { heard: WidgetEvent[] }).heard);
}

/** The last event that the page received, once it is this one: the page gets an event later than the screen changes. */
export async function waitForLastEvent(page: Page, event: string): Promise<WidgetEvent[1]> {
  await page.waitForFunction(
    (name) => (window as unknown as { heard: WidgetEvent[] }).heard.at(-1)?.[0] === name,
    event,
  );
  return (await eventsOf(page)).at(-1)?.[1] ?? null;
}

/** The result of the widget in that element; waits for it. */
export function resultOf(page: Page, id = 'here'): Promise<string> {
  return page.evaluate(
    (name) =>
      (window as unknown as { widgets: Record<string, { result(): Promise<string> }> }).widgets[name]?.result() ?? '',
    id,
  );
}
