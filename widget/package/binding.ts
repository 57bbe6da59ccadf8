import {
  type CountersignSignInElement,
  EVENT_NAMES,
  OPTION_NAMES,
  type SignInOptions,
} from '../element/sign-in-element.ts';
import type { Callbacks } from '../loader/options.ts';
import { checkOptions } from './check-options.ts';
import './element.ts';

export { OPTION_NAMES } from '../element/sign-in-element.ts';

/** Options and callbacks of a component. A result goes to `onSuccess`, or else into the form around the component. */
export interface SignInProps extends SignInOptions, Callbacks {
  /** Origin of the service: a bundle does not know it. */
  service: string;
}

interface Binding {
  /** Sets the options; from now on these callbacks are called. */
  update(props: SignInProps): void;
  release(): void;
}

export const CALLBACK_NAMES = EVENT_NAMES.map((name) => callbackOf(name));
const OWN: ReadonlySet<string> = new Set([...OPTION_NAMES, ...CALLBACK_NAMES]);

/** What every component does: it passes its props to the element, and the element's events to the newest callbacks. */
export function bindElement(element: CountersignSignInElement, props: SignInProps): Binding {
  const listening = new AbortController();
  let newest = props;
  const update = (next: SignInProps) => {
    newest = next;
    if (import.meta.env.DEV) checkOptions(element, next);
    Object.assign(element, Object.fromEntries(OPTION_NAMES.map((name) => [name, next[name]])));
  };
  for (const name of EVENT_NAMES) {
    const pass = (event: Event) => {
      const callback = newest[callbackOf(name)] as ((detail: unknown) => void) | undefined;
      // The page takes the result itself.
      if (name === 'success' && callback && newest.action === undefined) event.preventDefault();
      callback?.((event as CustomEvent).detail);
    };
    element.addEventListener(name as string, pass, { signal: listening.signal });
  }
  update(props);
  return { update, release: () => listening.abort() };
}

/** The other props, which are attributes of the element. */
export function attributesOf(props: object): Record<string, unknown> {
  return Object.fromEntries(Object.entries(props).filter(([name]) => !OWN.has(name)));
}

/** `onSuccess` of `success`. */
function callbackOf(name: (typeof EVENT_NAMES)[number]): keyof Callbacks {
  return name.replace(/^./, (first) => `on${first.toUpperCase()}`) as keyof Callbacks;
}
