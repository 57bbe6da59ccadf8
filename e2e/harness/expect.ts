import { expect as base } from '@playwright/test';

/** Playwright's assertions, with long timeouts for a busy machine. */
export const expect = base.configure({ timeout: 10_000 });
