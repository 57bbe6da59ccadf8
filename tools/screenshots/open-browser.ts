import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';
import { type Browser, chromium } from '@playwright/test';

/** The system's Chromium, without network requests of its own. */
export function openBrowser(): Promise<Browser> {
  return chromium.launch({
    executablePath: findChromium(process.env.PATH ?? ''),
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
      '--font-render-hinting=none',
      // The frame runs in the process of its page: otherwise it ignores the emulated size.
      '--disable-site-isolation-trials',
      '--disable-features=IsolateOrigins,site-per-process',
    ],
  });
}

function findChromium(searchPath: string): string {
  for (const folder of searchPath.split(delimiter)) {
    const file = join(folder, 'chromium');
    try {
      accessSync(file, constants.X_OK);
      return file;
    } catch {
      // It is not in this folder.
    }
  }
  throw new Error('There is no chromium on the PATH. On Debian or Ubuntu: sudo apt-get install chromium');
}
