import type { BrowserContextOptions } from '@playwright/test';
import { issueSetupLink } from '../../server/administrators/set-up.ts';
import { type ConsoleView, openConsole } from './console-view.ts';
import { type ServiceHere, startServiceHere } from './service-here.ts';

/** The service in this process, for somebody at its console. */
export interface ConsoleStage extends ServiceHere {
  /** Address of the setup page, with the secret of a link that nobody has used. */
  setup: string;
  open(path: string, options?: BrowserContextOptions): Promise<ConsoleView>;
}

/** @param port default: any free one */
export async function setConsoleStage(seed: string, port?: number): Promise<ConsoleStage> {
  const here = await startServiceHere(seed, port);
  const { ports, url, browser } = here;
  const printed = await issueSetupLink({ ...ports, issuer: url });
  return {
    ...here,
    setup: `/setup${new URL(printed?.link ?? url).hash}`,
    open: (path, options) => openConsole(browser, url + path, options),
  };
}
