import { setTimeout as pause } from 'node:timers/promises';

/** Polls a condition until it holds. Throws after a timeout, naming the condition. */
export async function waitUntil(
  what: string,
  condition: () => boolean | Promise<boolean>,
  deadlineMs = 100_000,
): Promise<void> {
  const deadline = performance.now() + deadlineMs;
  while (!(await condition())) {
    if (performance.now() > deadline) throw new Error(`Waited ${deadlineMs} ms in vain until ${what}`);
    await pause(5);
  }
}
