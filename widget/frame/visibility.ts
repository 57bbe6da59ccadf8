/** A frame of which less than this is to be seen sends nothing: it may be a lure over or under something else. */
const MIN_WIDTH = 200;
const MIN_HEIGHT = 120;
/** How long to hesitate where the browser says that something may cover the form. */
const COVERED_DELAY_MS = 600;
const OBSERVER_TIMEOUT_MS = 500;

/**
 * Whether the person can see the form they send. Its visible size is a rule. Whether something covers it (Intersection
 * Observer v2, Chromium) is only a hint, which page effects such as transforms also give: it costs a short wait.
 */
export async function isVisibleToUser(card: Element): Promise<boolean> {
  if (innerWidth < MIN_WIDTH || innerHeight < MIN_HEIGHT) return false;
  const seen = await observeOnce(card);
  if (!seen) return true;
  const { width, height } = seen.intersectionRect;
  if (width < MIN_WIDTH || height < MIN_HEIGHT) return false;
  if ('isVisible' in seen && !seen.isVisible) await new Promise((resolve) => setTimeout(resolve, COVERED_DELAY_MS));
  return true;
}

/** One look at the card against the whole browser window; undefined where the browser does not answer. */
function observeOnce(card: Element): Promise<IntersectionObserverEntry | undefined> {
  return new Promise((resolve) => {
    const options: IntersectionObserverInit & { trackVisibility: boolean; delay: number } = {
      trackVisibility: true,
      delay: 100,
    };
    const observer = new IntersectionObserver((entries) => end(entries[entries.length - 1]), options);
    const timer = setTimeout(() => end(undefined), OBSERVER_TIMEOUT_MS);
    const end = (entry: IntersectionObserverEntry | undefined) => {
      clearTimeout(timer);
      observer.disconnect();
      resolve(entry);
    };
    observer.observe(card);
  });
}
