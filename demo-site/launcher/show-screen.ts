import type { DemoAccount } from './demo-account.ts';
import { type Addresses, replaceLines, screenLines, type Terminal } from './screen.ts';

interface ShowOptions {
  /** Reads the demo as it is now. */
  read: () => Promise<DemoAccount>;
  out: Terminal;
  now: () => number;
}

/**
 * Prints the screen. On a terminal its codes count down; elsewhere it has secrets instead of codes, and is printed again
 * only when a password or a token has changed. Returns a function that stops it.
 */
export async function showScreen(addresses: Addresses, { read, out, now }: ShowOptions): Promise<() => void> {
  let account = await read();
  const lines = () => screenLines(addresses, account, out.isTTY ? now() : undefined);
  let shown = lines();
  const print = () => out.write(shown.map((line) => `${line}\n`).join(''));
  print();
  let timer: NodeJS.Timeout | undefined;
  let isStopped = false;
  const update = async () => {
    const before = account;
    // A demo that is being taken away: the launcher ends with it.
    account = await read().catch(() => account);
    if (isStopped) return;
    const isChanged = JSON.stringify(account) !== JSON.stringify(before);
    const next = lines();
    const replacing = out.isTTY ? replaceLines(shown, next, out) : undefined;
    shown = next;
    if (replacing !== undefined) out.write(replacing);
    else if (isChanged) {
      out.write('\n');
      print();
    }
    wait();
  };
  const wait = () => {
    timer = setTimeout(() => void update(), 1000 - (now() % 1000));
  };
  wait();
  return () => {
    isStopped = true;
    clearTimeout(timer);
  };
}
