import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser, BrowserContextOptions } from '@playwright/test';
import { buildConsole } from '../../console/build.ts';
import { loadBuiltFiles } from '../../server/adapters/built-files/load-built-files.ts';
import { loadSigningKeys } from '../../server/adapters/jose/load-signing-keys.ts';
import { createSigner } from '../../server/adapters/jose/signer.ts';
import { createApp } from '../../server/app.ts';
import { type Listening, listen } from '../../server/http/listen.ts';
import { createReadiness } from '../../server/http/readiness.ts';
import { capturedLog } from '../../server/testing/captured-log.ts';
import { freePorts } from '../../server/testing/free-ports.ts';
import { openTestPorts, type TestPorts } from '../../server/testing/test-ports.ts';
import { issueSetupLink } from '../../server/usecases/administrators/set-up.ts';
import { buildWidget } from '../../widget/build.ts';
import { launchBrowser } from './browser.ts';
import { type ConsoleView, openConsole } from './console-view.ts';

/** The service in this process, with its console as it is built: the clock, the store and the mails are in the test's hand. */
export interface ConsoleStage {
  ports: TestPorts;
  url: string;
  /** Address of the setup page, with the secret of a link that nobody has used. */
  setup: string;
  log(): string;
  open(path: string, options?: BrowserContextOptions): Promise<ConsoleView>;
  close(): Promise<void>;
}

export interface StageOptions {
  /** Whether the widget is there as well: for what the console shows of it. */
  hasWidget?: boolean;
  /** Default: any free one. */
  port?: number;
}

export async function setConsoleStage(seed: string, options: StageOptions = {}): Promise<ConsoleStage> {
  const { hasWidget = false } = options;
  const browser: Browser = await launchBrowser();
  const folder = await mkdtemp(join(tmpdir(), 'countersign-console-'));
  const widgetFolder = join(folder, 'widget');
  await buildConsole(join(folder, 'console'));
  if (hasWidget) await buildWidget(widgetFolder);
  const ports = await openTestPorts(seed);
  const port = options.port ?? (await freePorts(1))[0] ?? 0;
  const url = `http://localhost:${port}`;
  const captured = capturedLog();
  const keys = await loadSigningKeys(ports, { algorithm: 'ES256' });
  ports.signer = createSigner({ issuer: url, keys, now: () => ports.clock.now() });
  const readiness = createReadiness();
  const app = createApp(ports, {
    issuer: url,
    version: '0.0.0',
    trustedProxies: [],
    forwardedHeader: 'x-forwarded-for',
    widget: hasWidget ? await loadBuiltFiles(widgetFolder, 'widget') : { script: '', style: '', files: new Map() },
    console: await loadBuiltFiles(join(folder, 'console'), 'console'),
    log: captured.log,
    readiness,
  });
  const timeouts = { drainMs: 0, shutdownMs: 1_000 };
  const service: Listening = await listen(app.fetch, { host: 'localhost', port, readiness, timeouts, onFault() {} });
  const printed = await issueSetupLink({ ...ports, issuer: url });
  return {
    ports,
    url,
    setup: `/setup${new URL(printed?.link ?? url).hash}`,
    log: captured.text,
    open: (path, options) => openConsole(browser, url + path, options),
    async close() {
      await browser.close();
      await service.stop();
      await ports.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}
