import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';
import { type Browser, type BrowserContext, type BrowserContextOptions, chromium } from '@playwright/test';

/**
 * Playwright disables storage partitioning, and with it the frame's sessionStorage, which users' browsers have. The
 * last such switch counts, so this is Playwright's list without that entry.
 */
const DISABLED_FEATURES = [
  'AvoidUnnecessaryBeforeUnloadCheckSync',
  'DestroyProfileOnBrowserClose',
  'HttpsUpgrades',
  'HttpsFirstBalancedModeAutoEnable',
  'MediaRouter',
  'PaintHolding',
  'AvoidCorsURLLoaderRestartOnRedirect',
  'OptimizationHints',
  'NetworkTimeServiceQuerying',
  'PreconnectToSearch',
  // And ours: parts of the browser's own window that are prepared with every page and that no test uses.
  'PreloadTopChromeWebUI',
  'WebUIOmniboxPopup',
  'WebUIOmniboxAimPopup',
];

/** Opens a page in a quarter of the time, since it prepares no window. */
const HEADLESS_SHELL = 'chromium-headless-shell';
const CHROMIUM = 'chromium';

/** Ends an action that hangs, before the test does, so that the error names it. */
const HANG_MS = 60_000;

let running: Promise<Browser> | undefined;

/**
 * The browser of this process, shared by the test files that run in it one after another, each in its own contexts. It
 * ends with the process.
 */
export async function sharedBrowser(): Promise<Browser> {
  const browser = await running?.catch(() => undefined);
  if (browser?.isConnected()) return browser;
  running = launch([HEADLESS_SHELL, CHROMIUM]);
  return running;
}

/**
 * A browser of its own for a test: without animations, which take a sixth of the time of a sign-in. The tests in
 * `widget/` run with them.
 */
export async function newContext(browser: Browser, options: BrowserContextOptions = {}): Promise<BrowserContext> {
  const context = await browser.newContext({ reducedMotion: 'reduce', ...options });
  context.setDefaultTimeout(HANG_MS);
  return context;
}

/** Closes every page for the next file. */
export async function closePages(browser: Browser | undefined): Promise<void> {
  await Promise.all((browser?.contexts() ?? []).map((context) => context.close()));
}

/** The full browser, which also loads icons. The caller closes it. */
export function launchFullBrowser(): Promise<Browser> {
  return launch([CHROMIUM]);
}

/**
 * A browser that draws frames of other sites in the page's process, as most do on phones: what a page's tools imitate
 * then applies to its frames. The caller closes it.
 */
export function launchSharedProcess(): Promise<Browser> {
  return launch(
    [HEADLESS_SHELL, CHROMIUM],
    ['IsolateOrigins', 'site-per-process'],
    ['--disable-site-isolation-trials'],
  );
}

/** Chromium from the PATH, as Debian packages it: Playwright's download does not work everywhere. */
function launch(programs: string[], disabledFeatures: string[] = [], args: string[] = []): Promise<Browser> {
  return chromium.launch({
    executablePath: findProgram(programs),
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
      `--disable-features=${[...DISABLED_FEATURES, ...disabledFeatures].join(',')}`,
      ...args,
    ],
  });
}

/** The first of these that exists. */
function findProgram(programs: readonly string[]): string {
  const folders = [...(process.env.PATH ?? '').split(delimiter), '/usr/bin'].filter((folder) => folder !== '');
  const found = programs.flatMap((program) => folders.map((folder) => join(folder, program))).find(canRun);
  if (found === undefined) throw new Error(`These tests need Chromium: install the Debian package ${programs[0]}.`);
  return found;
}

function canRun(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
