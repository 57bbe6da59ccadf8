import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { Frame, Page } from '@playwright/test';
import type axe from 'axe-core';
import type { AxeResults, RunOptions } from 'axe-core';

/** What the engine is asked by all who ask for no single rule: WCAG 2.2 AA, and what is good practice besides. */
export const WCAG: RunOptions = {
  runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'],
};

/**
 * What axe says of a page and of the frames in it, once all movement has come to rest: a colour in between is nobody's.
 * The engine goes into each frame once; a look itself takes a tenth of a second.
 */
export async function askAxe(page: Page, options: RunOptions = {}): Promise<AxeResults> {
  const asked: RunOptions = { resultTypes: ['violations'], pingWaitTime: FRAME_WAIT_MS, ...options };
  for (let looks = 1; ; looks++) {
    for (const frame of page.frames()) await injectEngine(frame);
    const results = await page.evaluate((how) => (globalThis as unknown as { axe: typeof axe }).axe.run(how), asked);
    const unseen = results.incomplete.filter(({ id }) => id === 'frame-tested');
    if (unseen.length === 0) return results;
    // It may have come, or gone elsewhere, after the engine.
    if (looks === 3) throw new Error(`axe did not look into a frame: ${JSON.stringify(unseen)}`);
  }
}

async function injectEngine(frame: Frame): Promise<void> {
  await frame.waitForLoadState();
  const isThere = await frame.evaluate(async () => {
    const ends = document.getAnimations().filter(({ effect }) => effect?.getComputedTiming().endTime !== Infinity);
    // One whose element leaves the page never finishes, which is at rest too.
    await Promise.allSettled(ends.map(({ finished }) => finished));
    return 'axe' in globalThis;
  });
  if (!isThere) await frame.evaluate(ENGINE);
}

/** Of itself axe leaves out a frame that says nothing for half a second, which on a busy machine is soon over. */
const FRAME_WAIT_MS = 10_000;

/** Frames are of other origins, and tell the page's engine what they found. The minified one loads in half the time. */
const SOURCE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const ENGINE = `${SOURCE}; axe.configure({ allowedOrigins: ['<unsafe_all_origins>'] });`;

/** The rules that were broken, and where. */
export async function axeViolations(page: Page, options?: RunOptions): Promise<[rule: string, where: string[]][]> {
  const { violations } = await askAxe(page, options);
  return violations.map(({ id, nodes }) => [id, nodes.map(({ html }) => html)]);
}
