import { once } from 'node:events';
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Browser, BrowserContext, Frame, Page } from '@playwright/test';
import { launchSharedProcess } from '../../e2e/harness/browser.ts';
import { median } from '../load/tally.ts';
import { ORDINARY_POPULATION } from '../plan.ts';
import type { Bench } from './bench.ts';

/** The network and the device that the browser imitates: a phone far away. */
const ROUND_TRIP_MS = 150;
const CPU_SLOWDOWN = 4;
/** Loads before a warm one: browsers keep compiled code from the second on. */
const LOADS_TO_WARM = 2;

const SIDES = ['bare', 'widget'] as const;
type Side = (typeof SIDES)[number];

/** Milliseconds from the insertion of the frame, medians. */
export interface FrameTimes {
  /** The form is on the screen. */
  paintedMs: number;
  /** The form is on the screen, and the script handles it. */
  usableMs: number;
}

export interface FrameMeasurement {
  roundTripMs: number;
  slowdown: number;
  loads: number;
  /** `bare`: a frame with one field and a script of one line. */
  sides: Record<Side, { cold: FrameTimes; warm: FrameTimes }>;
}

/** The first screen of the widget on an empty and on a filled browser cache, in turn with a bare frame. */
export async function measureFrame(bench: Bench): Promise<FrameMeasurement> {
  const site = await bench.openSite({ store: 'embedded', population: { size: ORDINARY_POPULATION, totp: 0 } });
  const { target } = await bench.start(site);
  const bare = await serve(bench, 'localhost', answerBare);
  const pages: Record<string, string> = {
    '/bare': pageWith(`<script>${bareLoader(bare)}</script>`),
    '/widget': pageWith(
      `<script src="http://localhost:${target.port}/widget/v1/countersign.js"></script>
<script>const insert = () => Countersign.mount('#here', { resource: '${target.resource}', nonce: 'nonce-of-the-bench' })</script>`,
    ),
  };
  // Another site than the frame, as with real embedders.
  const host = await serve(bench, '127.0.0.1', (request, response) => {
    response.setHeader('content-type', 'text/html').end(pages[request.url ?? ''] ?? '');
  });
  const browser = bench.open(await launchSharedProcess(), (running) => running.close());

  const times: Record<Side, { cold: FrameTimes[]; warm: FrameTimes[] }> = {
    bare: { cold: [], warm: [] },
    widget: { cold: [], warm: [] },
  };
  for (let load = 0; load < bench.plan.loads; load++) {
    for (const side of SIDES) {
      const { cold, warm } = await loadColdAndWarm(browser, `${host}/${side}`);
      times[side].cold.push(cold);
      times[side].warm.push(warm);
    }
  }
  const sides = Object.fromEntries(
    SIDES.map((side) => [side, { cold: middle(times[side].cold), warm: middle(times[side].warm) }]),
  ) as FrameMeasurement['sides'];
  return { roundTripMs: ROUND_TRIP_MS, slowdown: CPU_SLOWDOWN, loads: bench.plan.loads, sides };
}

async function loadColdAndWarm(browser: Browser, url: string): Promise<{ cold: FrameTimes; warm: FrameTimes }> {
  const context = await browser.newContext({ viewport: { width: 390, height: 844 } });
  try {
    await context.addInitScript(WATCH);
    const cold = await timeLoad(context, url);
    for (let load = 1; load < LOADS_TO_WARM; load++) await timeLoad(context, url);
    return { cold, warm: await timeLoad(context, url) };
  } finally {
    await context.close();
  }
}

/** What `WATCH` has seen, milliseconds since the epoch by name. */
interface Watched {
  seen: Record<string, number>;
}

/** In the page: when the frame is visible. In the frame: when the form is painted, and when a script handles it. */
const WATCH = `{
  const now = () => performance.timeOrigin + performance.now();
  const seen = window.seen = {};
  const watch = (name, isThere) => requestAnimationFrame(() => {
    if (!isThere()) return watch(name, isThere);
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = () => { seen[name] = now(); port1.close(); };
    port2.postMessage(0);
  });
  if (window === top) watch('visible', () => document.querySelector('iframe')?.style.visibility === 'visible');
  else {
    watch('form', () => document.querySelector('#identify')?.offsetHeight > 0);
    const { addEventListener } = EventTarget.prototype;
    EventTarget.prototype.addEventListener = function (type, ...rest) {
      if (type === 'submit' && this instanceof HTMLFormElement) seen.handled ??= now();
      return addEventListener.call(this, type, ...rest);
    };
  }
}`;

async function timeLoad(context: BrowserContext, url: string): Promise<FrameTimes> {
  const page = await context.newPage();
  try {
    await page.goto(url);
    const devtools = await context.newCDPSession(page);
    await devtools.send('Network.enable');
    const unlimited = { offline: false, downloadThroughput: -1, uploadThroughput: -1 };
    await devtools.send('Network.emulateNetworkConditions', { ...unlimited, latency: ROUND_TRIP_MS });
    await devtools.send('Emulation.setCPUThrottlingRate', { rate: CPU_SLOWDOWN });
    const inserted = Number(
      await page.evaluate('{ const at = performance.timeOrigin + performance.now(); insert(); at }'),
    );
    const element = await page.waitForSelector('iframe', { state: 'attached' });
    const frame = await element.contentFrame();
    const read = async (place: Page | Frame | null, name: string) => {
      const at = await place?.waitForFunction((key) => (window as unknown as Watched).seen[key], name);
      return Number(await at?.jsonValue()) - inserted;
    };
    const visible = await read(page, 'visible');
    const paintedMs = Math.max(visible, await read(frame, 'form'));
    return { paintedMs, usableMs: Math.max(paintedMs, await read(frame, 'handled')) };
  } finally {
    await page.close();
  }
}

function middle(times: readonly FrameTimes[]): FrameTimes {
  return {
    paintedMs: median(times.map(({ paintedMs }) => paintedMs)),
    usableMs: median(times.map(({ usableMs }) => usableMs)),
  };
}

function pageWith(scripts: string): string {
  return `<!doctype html><html lang="en"><meta name="viewport" content="width=device-width"><title>Host</title><div id="here"></div>${scripts}`;
}

function bareLoader(origin: string): string {
  return `onmessage = () => { document.querySelector('iframe').style.visibility = 'visible' };
const insert = () => {
  const frame = document.createElement('iframe');
  frame.style.visibility = 'hidden';
  frame.src = '${origin}/';
  document.querySelector('#here').append(frame);
}`;
}

const answerBare: RequestListener = (request, response) => {
  const isScript = request.url === '/script.js';
  response.setHeader('content-type', isScript ? 'text/javascript' : 'text/html');
  response.setHeader('cache-control', isScript ? 'max-age=31536000, immutable' : 'no-store');
  response.end(
    isScript
      ? 'document.forms[0].addEventListener("submit", (event) => event.preventDefault())'
      : '<!doctype html><script type="module" src="/script.js"></script><form><input id="identify"></form><script>parent.postMessage(0, "*")</script>',
  );
};

async function serve(bench: Bench, name: string, answer: RequestListener): Promise<string> {
  const server = bench.open(createServer(answer), async (running) => {
    running.closeAllConnections();
    running.close();
  });
  server.listen(0, name);
  await once(server, 'listening');
  return `http://${name}:${(server.address() as AddressInfo).port}`;
}
