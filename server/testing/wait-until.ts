import { setTimeout as pause } from 'node:timers/promises';

/**
 * Polls a condition until it holds, the less often the longer it takes: a poll may start a process. Throws after a
 * timeout, naming the condition.
 */
export async function waitUntil(
  what: string,
  condition: () => boolean | Promise<boolean>,
  deadlineMs = 100_000,
): Promise<void> {
  const startedAt = performance.now();
  while (!(await condition())) {
    const waitedMs = performance.now() - startedAt;
    if (waitedMs > deadlineMs) throw new Error(`Waited ${deadlineMs} ms in vain until ${what}`);
    await pause(Math.min(5 + waitedMs / 20, 100));
  }
}
