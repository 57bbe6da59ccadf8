import type { Browser, Page } from '@playwright/test';
import { createApp } from '../../server/app.ts';
import { composeMail } from '../../server/composition/compose-mail.ts';
import { listen, type RunningServer } from '../../server/http/listen.ts';
import { createReadiness } from '../../server/http/readiness.ts';
import { loadSigningKeys } from '../../server/platform/jose/load-signing-keys.ts';
import { createSigner } from '../../server/platform/jose/signer.ts';
import { builtDocuments } from '../../server/platform/static-files/built-documents.ts';
import { loadBuiltFiles } from '../../server/platform/static-files/load-built-files.ts';
import { capturedLog } from '../../server/testing/captured-log.ts';
import { freePorts } from '../../server/testing/free-ports.ts';
import { openTestPorts, type TestPorts } from '../../server/testing/test-ports.ts';
import { axeViolations } from './axe.ts';
import { closePages, sharedBrowser } from './browser.ts';
import { builtPath } from './built-service.ts';
import { expect } from './expect.ts';
import { type HostSite, startHostSite } from './host-site.ts';

/**
 * The service in this process, with its built widget and console: the test controls its clock and store, and reads
 * mails before they are delivered.
 */
export interface InProcessService {
  url: string;
  ports: TestPorts;
  host: HostSite;
  browser: Browser;
  log(): string;
  /** The link in the last mail. */
  mailedLink(): string;
  close(): Promise<void>;
}

/** @param wanted a port; default: any free one */
export async function startInProcessService(name: string, wanted?: number): Promise<InProcessService> {
  const [ports, host, browser] = await Promise.all([openTestPorts(name), startHostSite(), sharedBrowser()]);
  // As a service has it by default.
  ports.proofOfWork = 'auto';
  const port = wanted ?? (await freePorts(1))[0] ?? 0;
  const url = `http://localhost:${port}`;
  const captured = capturedLog();
  const readiness = createReadiness();
  const keys = await loadSigningKeys(ports, { algorithm: 'ES256' });
  ports.signer = createSigner({ issuer: url, keys, now: () => ports.clock.now() });
  const app = createApp(ports, {
    issuer: url,
    version: '0.0.0',
    trustedProxies: [],
    forwardedHeader: 'x-forwarded-for',
    widget: await loadBuiltFiles(builtPath('widget'), 'widget'),
    console: await loadBuiltFiles(builtPath('console'), 'console'),
    documents: builtDocuments(builtPath('docs')),
    reference: builtDocuments(builtPath('reference')),
    log: captured.log,
    readiness,
  });
  const timeouts = { drainMs: 0, shutdownMs: 1000 };
  const service: RunningServer = await listen(app.fetch, {
    host: 'localhost',
    port,
    readiness,
    timeouts,
    onFault: () => {},
  });
  return {
    url,
    ports,
    host,
    browser,
    log: captured.text,
    mailedLink() {
      const mail = ports.courier.sent.findLast(({ kind }) => kind !== 'security-notice');
      if (!mail) throw new Error('no mail');
      return composeMail(mail, url).link ?? '';
    },
    async close() {
      await closePages(browser);
      await Promise.all([service.stop(), host.close()]);
      await ports.close();
    },
  };
}

export async function expectAccessible(page: Page): Promise<void> {
  expect(await axeViolations(page)).toEqual([]);
}

/** Expects the frame to be as high as its content, without overflow. */
export async function expectNoScrolling(page: Page): Promise<void> {
  const frame = page.frames().at(-1);
  await expect
    .poll(() => frame?.evaluate(() => document.documentElement.scrollHeight <= window.innerHeight))
    .toBe(true);
  const size = await frame?.evaluate(() => [document.documentElement.scrollWidth, window.innerWidth]);
  expect(size?.[0]).toBeLessThanOrEqual(size?.[1] ?? 0);
}
