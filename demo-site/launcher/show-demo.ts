import { renderUnicodeCompact } from 'uqr';
import type { DemoAccount } from './demo-account.ts';
import { type LiveCode, liveCode } from './live-code.ts';

const LABEL_WIDTH = 10;

/** `Service   http://localhost:8080` */
export function labelled(label: string, value: string): string {
  return `${label.padEnd(LABEL_WIDTH)}${value}`;
}

export interface Shown {
  service: string;
  shop: string;
  /** From the start of the launcher until both services responded. */
  startedInMs: number;
}

/** The printed lines, except for the live code. */
export function demoLines({ service, shop, startedInMs }: Shown, account: DemoAccount, inTerminal: boolean): string {
  const { resource, apiKey, login, password, otpauthUri, newcomer } = account;
  return [
    labelled('Service', service),
    labelled('Shop', shop),
    labelled('Resource', resource),
    labelled('API key', apiKey),
    labelled('Login', login),
    labelled('Password', password),
    labelled('Token', otpauthUri),
    ...(newcomer
      ? [labelled('Newcomer', `${newcomer}, with the same password: sets up a token at the first sign-in`)]
      : []),
    labelled('Mailbox', `${service}/demo/mailbox shows what would be sent`),
    '',
    qrCode(otpauthUri, inTerminal),
    '',
    labelled('Started', `in ${Math.round(startedInMs)} ms, both answering`),
  ].join('\n');
}

/** In a terminal always black on white, since some apps cannot read it inverted. */
function qrCode(text: string, inTerminal: boolean): string {
  if (!inTerminal) return renderUnicodeCompact(text, { border: 2 });
  const rows = renderUnicodeCompact(text, { border: 2, invert: true }).split('\n');
  return rows.map((row) => `\x1b[30;107m${row}\x1b[0m`).join('\n');
}

export function codeLine({ code, secondsLeft }: LiveCode, hint = ''): string {
  return labelled('Code', `${code}  ${`${secondsLeft}`.padStart(2)} s left${hint}`);
}

/** Where the next codes are: an installed package has no scripts. npm names the project whose script it runs. */
export function whereNext(env: NodeJS.ProcessEnv): string {
  return env.npm_package_name === 'countersign' ? 'a fresh one: npm run demo:code' : 'a terminal shows each new one';
}

/**
 * Prints the current code: in a terminal on one line that updates itself, elsewhere once. Returns a function that
 * stops it.
 */
export function showLiveCode(otpauthUri: string, out: NodeJS.WriteStream, now: () => number): () => void {
  if (!out.isTTY) {
    out.write(`${codeLine(liveCode(otpauthUri, now()), ` (${whereNext(process.env)})`)}\n`);
    return () => {};
  }
  let timer: NodeJS.Timeout | undefined;
  const tick = () => {
    out.write(`\r\x1b[2K${codeLine(liveCode(otpauthUri, now()))}`);
    timer = setTimeout(tick, 1000 - (now() % 1000));
  };
  tick();
  return () => {
    clearTimeout(timer);
    out.write('\n');
  };
}
