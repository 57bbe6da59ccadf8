/** Requests keep a session alive, and an unattended session has to end (SR-29), so an idle page sends none. */
const IDLE_TIMEOUT_MS = 5 * 60_000;

/**
 * Calls `tick` regularly while the page is in use: not while it is hidden, and not after five minutes without mouse,
 * keyboard or touch. Calls it at once when the user returns.
 *
 * @param onAsleep called at each pause
 * @returns a function that stops the interval
 */
export function setIdleAwareInterval(everyMs: number, tick: () => void, onAsleep?: () => void): () => void {
  let seenAt = performance.now();
  let isAsleep = false;
  const see = () => {
    seenAt = performance.now();
    isAsleep = false;
  };
  const timer = setInterval(() => {
    if (performance.now() - seenAt <= IDLE_TIMEOUT_MS) return document.hidden ? undefined : tick();
    if (!isAsleep) onAsleep?.();
    isAsleep = true;
  }, everyMs);
  const comeBack = () => {
    if (document.hidden) return;
    see();
    tick();
  };
  const activityEvents = ['pointerdown', 'pointermove', 'keydown', 'wheel'] as const;
  for (const type of activityEvents) document.addEventListener(type, see, { passive: true });
  document.addEventListener('visibilitychange', comeBack);
  return () => {
    clearInterval(timer);
    for (const type of activityEvents) document.removeEventListener(type, see);
    document.removeEventListener('visibilitychange', comeBack);
  };
}
