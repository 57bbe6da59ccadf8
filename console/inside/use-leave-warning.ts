import { useEffect, useRef } from 'preact/hooks';

/** The browser asks before the page is closed or loaded anew, as long as something would be lost by it. */
export function useLeaveWarning(isAtStake: () => boolean): void {
  const latest = useRef(isAtStake);
  latest.current = isAtStake;
  useEffect(() => {
    const warn = (event: BeforeUnloadEvent) => latest.current() && event.preventDefault();
    addEventListener('beforeunload', warn);
    return () => removeEventListener('beforeunload', warn);
  }, []);
}
