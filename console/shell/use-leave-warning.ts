import { useLayoutEffect, useRef } from 'preact/hooks';

/** The browser asks before the page is closed or loaded anew, as long as something would be lost by it. */
export function useLeaveWarning(isAtStake: () => boolean): void {
  const latest = useRef(isAtStake);
  latest.current = isAtStake;
  // As soon as it is shown: an ordinary effect waits until after the next paint.
  useLayoutEffect(() => {
    const warn = (event: BeforeUnloadEvent) => latest.current() && event.preventDefault();
    addEventListener('beforeunload', warn);
    return () => removeEventListener('beforeunload', warn);
  }, []);
}
