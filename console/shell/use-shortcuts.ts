import { useEffect } from 'preact/hooks';
import { PAGES } from '../pages.ts';
import { hrefOf } from './navigation.tsx';
import { acceptsTyping, createShortcuts } from './shortcuts.ts';

/** Elements of a page that a single key activates; they declare it with `data-key`. */
const SHORTCUT_TARGETS = '[data-key]';

export function shortcutTargets(): HTMLElement[] {
  return [...document.querySelectorAll<HTMLElement>(`main ${SHORTCUT_TARGETS}`)];
}

/** Handles Ctrl+K always, and single keys unless the user turned them off. */
export function useShortcuts(
  isOn: boolean,
  go: (href: string) => void,
  open: (what: 'palette' | 'shortcuts') => void,
): void {
  useEffect(() => {
    const actions = new Map<string, () => void>([['?', () => open('shortcuts')]]);
    for (const [route, { key }] of Object.entries(PAGES)) actions.set(`g ${key}`, () => go(hrefOf(route)));
    const { press } = createShortcuts(actions);
    const onKeyDown = (event: KeyboardEvent) => {
      if ((event.ctrlKey || event.metaKey) && !event.altKey && !event.shiftKey && event.key.toLowerCase() === 'k') {
        event.preventDefault();
        if (!document.querySelector('dialog[open]')) open('palette');
        return;
      }
      if (!isOn || event.ctrlKey || event.metaKey || event.altKey || event.repeat || acceptsTyping(event.target))
        return;
      if (document.querySelector('dialog[open]')) return;
      const act = press(event.key, event.timeStamp);
      const here = act ? undefined : shortcutTargets().find((element) => element.dataset.key === event.key);
      if (!act && !here) return;
      event.preventDefault();
      if (act) act();
      else if (here instanceof HTMLInputElement) here.focus();
      else here?.click();
    };
    document.addEventListener('keydown', onKeyDown);
    return () => document.removeEventListener('keydown', onKeyDown);
  }, [isOn, go, open]);
}
