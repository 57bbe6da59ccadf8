/** A frame with a smaller visible part sends nothing: it may be used for clickjacking. */
const MIN_WIDTH = 200;
const MIN_HEIGHT = 120;
/** How long to wait if the browser says that something may cover the form. */
const COVERED_DELAY_MS = 600;
const OBSERVER_TIMEOUT_MS = 500;

/**
 * Whether the user can see the form they send. The visible size is a hard rule. Occlusion (Intersection Observer v2,
 * Chromium) is only a hint, which page effects such as transforms also trigger, so it costs a short wait.
 */
export async function isVisibleToUser(card: Element): Promise<boolean> {
  if (innerWidth < MIN_WIDTH || innerHeight < MIN_HEIGHT) return false;
  const entry = await observeOnce(card);
  if (!entry) return true;
  const { width, height } = entry.intersectionRect;
  if (width < MIN_WIDTH || height < MIN_HEIGHT) return false;
  if ('isVisible' in entry && !entry.isVisible) await new Promise((resolve) => setTimeout(resolve, COVERED_DELAY_MS));
  return true;
}

/** Observes the card once against the whole browser window; undefined if the browser does not report. */
function observeOnce(card: Element): Promise<IntersectionObserverEntry | undefined> {
  return new Promise((resolve) => {
    const options: IntersectionObserverInit & { trackVisibility: boolean; delay: number } = {
      trackVisibility: true,
      delay: 100,
    };
    const observer = new IntersectionObserver((entries) => end(entries.at(-1)), options);
    const end = (entry?: IntersectionObserverEntry) => {
      observer.disconnect();
      resolve(entry);
    };
    observer.observe(card);
    setTimeout(end, OBSERVER_TIMEOUT_MS);
  });
}
