import type { BrowserContextOptions } from '@playwright/test';
import { issueSetupLink } from '../../server/administration/set-up.ts';
import { type ConsoleView, openConsole } from './console-view.ts';
import { type InProcessService, startInProcessService } from './in-process-service.ts';

/** The service in this process, for tests of the console. */
export interface ConsoleFixture extends InProcessService {
  /** Address of the setup page, with the secret of an unused link. */
  setup: string;
  open(path: string, options?: BrowserContextOptions): Promise<ConsoleView>;
}

/** @param port default: any free one */
export async function createConsoleFixture(seed: string, port?: number): Promise<ConsoleFixture> {
  const here = await startInProcessService(seed, port);
  const { ports, url, browser } = here;
  const printed = await issueSetupLink({ ...ports, issuer: url });
  return {
    ...here,
    setup: `/setup${new URL(printed?.link ?? url).hash}`,
    open: (path, options) => openConsole(browser, url + path, options),
  };
}
