import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { Frame, Page } from '@playwright/test';
import type axe from 'axe-core';
import type { AxeResults, RunOptions } from 'axe-core';

/** The default rules: WCAG 2.2 AA and best practices. */
export const WCAG: RunOptions = {
  runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'],
};

/**
 * Runs axe on a page and its frames, after all animations have ended: colours in between do not count. The engine is
 * injected into each frame once; a run takes a tenth of a second.
 */
export async function askAxe(page: Page, options: RunOptions = {}): Promise<AxeResults> {
  const asked: RunOptions = { resultTypes: ['violations'], pingWaitTime: FRAME_WAIT_MS, ...options };
  for (let looks = 1; ; looks++) {
    for (const frame of page.frames()) await injectEngine(frame);
    const results = await page.evaluate((how) => (globalThis as unknown as { axe: typeof axe }).axe.run(how), asked);
    const unseen = results.incomplete.filter(({ id }) => id === 'frame-tested');
    if (unseen.length === 0) return results;
    // The frame may have appeared or navigated after the injection.
    if (looks === 3) throw new Error(`axe did not look into a frame: ${JSON.stringify(unseen)}`);
  }
}

async function injectEngine(frame: Frame): Promise<void> {
  await frame.waitForLoadState();
  const isThere = await frame.evaluate(async () => {
    const ends = document.getAnimations().filter(({ effect }) => effect?.getComputedTiming().endTime !== Infinity);
    // An animation whose element leaves the page never finishes, which is at rest too.
    await Promise.allSettled(ends.map(({ finished }) => finished));
    return 'axe' in globalThis;
  });
  if (!isThere) await frame.evaluate(ENGINE);
}

/** By default axe skips a frame that does not answer for half a second, which is too short on a busy machine. */
const FRAME_WAIT_MS = 60_000;

/** Frames have other origins, and report to the page's engine. The minified engine loads in half the time. */
const SOURCE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const ENGINE = `${SOURCE}; axe.configure({ allowedOrigins: ['<unsafe_all_origins>'] });`;

/** The violated rules, and where. */
export async function axeViolations(page: Page, options?: RunOptions): Promise<[rule: string, where: string[]][]> {
  const { violations } = await askAxe(page, options);
  return violations.map(({ id, nodes }) => [id, nodes.map(({ html }) => html)]);
}
