import { expect as base } from '@playwright/test';

/** Playwright's assertions. The timeout ends only what hangs: a busy machine takes seconds for a page. */
export const expect = base.configure({ timeout: 60_000 });
