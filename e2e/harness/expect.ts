import { expect as base } from '@playwright/test';

/** Playwright's assertions, with patience for a machine that is busy with other things. */
export const expect = base.configure({ timeout: 10_000 });
