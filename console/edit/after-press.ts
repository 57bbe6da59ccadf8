import { useEffect, useRef } from 'preact/hooks';

/**
 * Returns a function that runs its argument at once, or, while a pointer is pressed, when it is released. What moves the
 * page between press and release makes the browser drop the click.
 */
export function useAfterPress(): (run: () => void) => void {
  const press = useRef({ isDown: false, run: () => {} }).current;
  useEffect(() => {
    const down = () => {
      press.isDown = true;
    };
    const up = () => {
      press.isDown = false;
      press.run();
      press.run = () => {};
    };
    addEventListener('pointerdown', down, true);
    addEventListener('pointerup', up, true);
    addEventListener('pointercancel', up, true);
    return () => {
      removeEventListener('pointerdown', down, true);
      removeEventListener('pointerup', up, true);
      removeEventListener('pointercancel', up, true);
    };
  }, []);
  return (run) => {
    if (press.isDown) press.run = run;
    else run();
  };
}
