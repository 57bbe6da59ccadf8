/** Asking keeps a session alive, and a session left alone has to end (SR-29): nobody here, nothing asked. */
const IDLE_TIMEOUT_MS = 5 * 60_000;

/**
 * Does something again and again while somebody looks: not while the page is hidden, and not when nobody has moved, typed
 * or touched for five minutes. Whoever comes back to the page sees it done at once.
 *
 * @param onAsleep when it pauses, each time anew
 * @returns how to stop
 */
export function useIdleAwareInterval(everyMs: number, tick: () => void, onAsleep?: () => void): () => void {
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
  const signs = ['pointerdown', 'pointermove', 'keydown', 'wheel'] as const;
  for (const sign of signs) document.addEventListener(sign, see, { passive: true });
  document.addEventListener('visibilitychange', comeBack);
  return () => {
    clearInterval(timer);
    for (const sign of signs) document.removeEventListener(sign, see);
    document.removeEventListener('visibilitychange', comeBack);
  };
}
