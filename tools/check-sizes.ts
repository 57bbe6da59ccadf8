import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { brotliCompressSync } from 'node:zlib';
import { documentLook } from '@countersign/protocol/document-look';
import { consoleDocument } from '../server/http/console/document.ts';
import { compressPage } from '../server/http/send-file.ts';
import { loadBuiltFiles } from '../server/platform/static-files/load-built-files.ts';
import { filesLoadedWith, pageFiles } from '../server/platform/static-files/page-files.ts';
import { EMPTY_INFO } from '../server/resources/public-info.ts';
import { firstScreen } from '../server/sign-in/pages/first-screen.ts';
import { composeDocument, newCspNonce } from '../server/sign-in/pages/show-document.ts';

/**
 * Budgets in bytes after brotli: for each loader, and for all that a first password + OTP login needs in the frame. Of
 * the loader's, 40 let a page that is refused learn it in a second instead of eleven.
 */
const LOADER_BUDGET = 2_190;
/** For the custom element, with the loader in it. */
const ELEMENT_BUDGET = 3_000;
const FRAME_BUDGET = 17_240;
/** For the self-service page, without what it shares with enrolment. 100 of it are the cards of its sections. */
const SELF_BUDGET = 6_600;
/** For enrolment in the frame, in any one language. */
const ENROLMENT_BUDGET = 7_000;
/** For the console, before and after sign-in. */
const CONSOLE_BUDGET = 24_000;
const SHELL_BUDGET = 42_000;
/** For any one page, which loads when it is opened. */
const PAGE_BUDGET = 30_000;
/** For the charts, which load after the first page is shown. */
const CHARTS_BUDGET = 23_000;

export interface MeasuredSize {
  name: string;
  bytes: number;
  budget: number;
}

/** The size of the file as the build has compressed it, which the service sends. */
const compressedSize = (path: string) => statSync(`${path}.br`).size;

/** What a browser downloads, measured on the built files. */
export async function measureWidget(dir: string): Promise<MeasuredSize[]> {
  const sizeOf = (file: string) => compressedSize(join(dir, file));
  const widget = await loadBuiltFiles(dir, 'widget');
  const { script, needs = [], firstScreens } = widget;
  // One round trip to the first paint includes what the script needs immediately.
  if (!firstScreens || needs.length > 0)
    throw new Error('The frame’s script imports another file before the user has asked for it.');
  const shown = { ...EMPTY_INFO, title: 'A resource with a name of usual length' };
  const look = { theme: 'auto', variables: {}, locale: 'en', isClosable: false, isGiven: false };
  const facts = { resource: 'res_00000000000', frameAncestors: ['https://shop.example'], look: documentLook(look) };
  const screen = firstScreen(firstScreens, look, {
    lang: 'en',
    resource: facts.resource,
    shown,
    hasPasskey: false,
  });
  const html = composeDocument(widget, newCspNonce(), { ...facts, ...screen }, shown);
  const frame = compressPage(html).length + sizeOf(script);
  const built = readdirSync(join(dir, 'assets'));
  const part = (name: string) => {
    const files = built.filter((file) => file.startsWith(`${name}-`) && file.endsWith('.js'));
    if (files.length === 0) throw new Error(`The widget has no file ${name}-*.js, which has a budget.`);
    return files.reduce((sum, file) => sum + sizeOf(join('assets', file)), 0);
  };
  return [
    ...['countersign.js', 'countersign.mjs', 'pure.mjs'].map((name) => ({
      name,
      bytes: sizeOf(name),
      budget: LOADER_BUDGET,
    })),
    { name: 'element.js', bytes: sizeOf('element.js'), budget: ELEMENT_BUDGET },
    { name: 'frame (html + js)', bytes: frame, budget: FRAME_BUDGET },
    { name: 'enrolment, beyond that', bytes: part('enrolment'), budget: ENROLMENT_BUDGET },
    { name: 'self-service, beyond that', bytes: part('self'), budget: SELF_BUDGET },
  ];
}

/** The console: what the sign-in page downloads, and what loads after sign-in. */
async function measureConsole(dir: string): Promise<MeasuredSize[]> {
  const sizeOf = (file: string) => compressedSize(join(dir, file));
  const manifest = readFileSync(join(dir, 'manifest.json'), 'utf8');
  const { script, style, needs } = pageFiles(manifest);
  const paths = {
    script: `/console/${script}`,
    style: `/console/${style}`,
    needs: needs.map((one) => `/console/${one}`),
  };
  const html = String(await consoleDocument({ nonce: 'AAAAAAAAAAAAAAAAAAAAAA', ...paths }));
  const files = [script, style, ...needs];
  const first = files.reduce((sum, file) => sum + sizeOf(file), brotliCompressSync(html).length);
  const built = readdirSync(join(dir, 'assets')).filter((name) => name.endsWith('.js'));
  const behind = filesLoadedWith(manifest, 'console/shell/shell.tsx').filter((name) => !files.includes(name));
  const shell = behind.reduce((sum, name) => sum + sizeOf(name), first);
  const pages = built.filter((name) => /^page-/.test(name));
  const charts = built.filter((name) => /^draw-chart-/.test(name));
  return [
    { name: 'console (html + js + css)', bytes: first, budget: CONSOLE_BUDGET },
    { name: 'console, signed in', bytes: shell, budget: SHELL_BUDGET },
    ...pages.map((name) => ({ name, bytes: sizeOf(join('assets', name)), budget: PAGE_BUDGET })),
    ...charts.map((name) => ({ name, bytes: sizeOf(join('assets', name)), budget: CHARTS_BUDGET })),
  ];
}

const MEASURES: Record<string, () => MeasuredSize[] | Promise<MeasuredSize[]>> = {
  widget: () => measureWidget(resolve(import.meta.dirname, '../dist/widget')),
  console: () => measureConsole(resolve(import.meta.dirname, '../dist/console')),
};

/** `tsx tools/check-sizes.ts [widget] [console]` measures the build; by default both. */
if (process.argv[1] === import.meta.filename) {
  const wanted = process.argv.slice(2);
  for (const name of wanted.length > 0 ? wanted : Object.keys(MEASURES)) {
    const measured = (await MEASURES[name]?.()) ?? [];
    if (measured.length === 0) throw new Error(`There is nothing to measure called ${name}.`);
    console.log(`${name}, bytes after brotli`);
    for (const { name: part, bytes, budget } of measured) {
      const result = bytes > budget ? 'OVER BUDGET' : 'ok';
      console.log(`${part.padEnd(26)}${String(bytes).padStart(7)} of ${String(budget).padStart(6)}  ${result}`);
    }
    if (measured.some(({ bytes, budget }) => bytes > budget)) process.exitCode = 1;
  }
}
