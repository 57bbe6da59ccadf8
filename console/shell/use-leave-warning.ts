import { useLayoutEffect, useRef } from 'preact/hooks';

/** Makes the browser ask before the page is closed or reloaded, as long as changes would be lost. */
export function useLeaveWarning(isAtStake: () => boolean): void {
  const latest = useRef(isAtStake);
  latest.current = isAtStake;
  // A layout effect, because an ordinary effect waits until after the next paint.
  useLayoutEffect(() => {
    const warn = (event: BeforeUnloadEvent) => latest.current() && event.preventDefault();
    addEventListener('beforeunload', warn);
    return () => removeEventListener('beforeunload', warn);
  }, []);
}
