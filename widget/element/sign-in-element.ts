import type { MountOptions, WidgetEvents, WidgetHandle } from '../loader/options.ts';
import { postResult } from '../loader/post-result.ts';

/** What the element takes as properties, and as attributes in kebab case. */
export interface SignInOptions extends Pick<MountOptions, OptionName> {
  /** Where the result is posted, on the page's own origin. Default: with the form around the element. */
  action?: string;
}
type OptionName = Exclude<keyof MountOptions, `on${string}`>;

type OwnProperties = { [Name in keyof SignInOptions]-?: SignInOptions[Name] | undefined };
type Replaced = keyof SignInOptions | 'focus' | 'addEventListener' | 'removeEventListener';

/** `<countersign-sign-in>`. */
export interface CountersignSignInElement extends Omit<HTMLElement, Replaced>, OwnProperties {
  /** Starts over, with a fresh nonce if `nonce` is a function. Also tries again after `loaderror`. */
  reset(): void;
  /** Moves the keyboard focus to the form. */
  focus(): void;
  addEventListener<Name extends keyof WidgetEvents>(
    name: Name,
    listener: (event: CustomEvent<WidgetEvents[Name]>) => void,
    options?: boolean | AddEventListenerOptions,
  ): void;
  addEventListener(
    name: string,
    listener: EventListenerOrEventListenerObject,
    options?: boolean | AddEventListenerOptions,
  ): void;
  removeEventListener<Name extends keyof WidgetEvents>(
    name: Name,
    listener: (event: CustomEvent<WidgetEvents[Name]>) => void,
    options?: boolean | EventListenerOptions,
  ): void;
  removeEventListener(
    name: string,
    listener: EventListenerOrEventListenerObject,
    options?: boolean | EventListenerOptions,
  ): void;
}

declare global {
  interface HTMLElementTagNameMap {
    'countersign-sign-in': CountersignSignInElement;
  }
}

export const EVENT_NAMES = [
  'ready',
  'change',
  'used',
  'success',
  'error',
  'expire',
  'timeout',
  'close',
  'loaderror',
] as const satisfies (keyof WidgetEvents)[];

/** Another value needs another frame. */
const FIXED = ['resource', 'service', 'mode', 'prefer', 'purpose'] as const;
export const OPTION_NAMES = [
  ...FIXED,
  'nonce',
  'loginRequest',
  'theme',
  'locale',
  'title',
  'variables',
  'closable',
  'loadTimeoutMs',
  'action',
] as const satisfies (keyof SignInOptions)[];

/** `loginRequest` as `login-request`. */
const attributeOf = (name: string) => name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);

/**
 * Defines `<countersign-sign-in>` in a browser, once. The widget is mounted in the element itself, so what is inside it
 * (`[data-countersign-fallback]`) stays in the page.
 */
export function defineElement(mount: (target: HTMLElement, options: MountOptions) => WidgetHandle | null): void {
  const tag = 'countersign-sign-in';
  if (!globalThis.customElements || customElements.get(tag)) return;

  class SignInElement extends HTMLElement {
    static observedAttributes = OPTION_NAMES.map(attributeOf);
    readonly #given: Record<string, unknown> = {};
    #handle: WidgetHandle | null = null;
    #fixed = '';
    #isQueued = false;

    static {
      for (const name of OPTION_NAMES)
        Object.defineProperty(SignInElement.prototype, name, {
          get(this: SignInElement) {
            return this.#read(name);
          },
          set(this: SignInElement, value: unknown) {
            this.#given[name] = value;
            this.#queue();
          },
        });
    }

    constructor() {
      super();
      const early = this as unknown as Record<string, unknown>;
      for (const name of OPTION_NAMES) {
        // Set before this class was there.
        if (!Object.hasOwn(early, name)) continue;
        this.#given[name] = early[name];
        delete early[name];
      }
      for (const name of EVENT_NAMES)
        this.addEventListener(`countersign:${name}`, (event) => {
          const { detail } = event as CustomEvent;
          const own = new CustomEvent(name, { detail, cancelable: true });
          if (event.target === this && this.dispatchEvent(own) && name === 'success')
            postResult(this, this.#read('action') as string | undefined, detail.result);
        });
    }

    connectedCallback() {
      this.#queue();
    }

    disconnectedCallback() {
      this.#queue();
    }

    attributeChangedCallback() {
      this.#queue();
    }

    reset() {
      this.#handle?.reset();
    }

    override focus() {
      this.#handle?.focus();
    }

    /** A property, else the attribute. */
    #read(name: string): unknown {
      const given = this.#given[name];
      if (given !== undefined && given !== null) return given;
      // The browser hides this attribute on a page with a CSP.
      if (name === 'nonce') return super.nonce || undefined;
      const text = this.getAttribute(attributeOf(name)) ?? undefined;
      if (name === 'closable') return text !== undefined;
      if (name !== 'variables' || text === undefined) return text;
      try {
        return JSON.parse(text);
      } catch {
        // As any invalid variable, it is ignored.
        return undefined;
      }
    }

    /** After the changes of one task: a framework sets one property after the other, and moves elements about. */
    #queue() {
      if (this.#isQueued) return;
      this.#isQueued = true;
      queueMicrotask(() => {
        this.#isQueued = false;
        this.#apply();
      });
    }

    #apply() {
      const options = Object.fromEntries(OPTION_NAMES.map((name) => [name, this.#read(name)]));
      // Markup may name another service for the frame. It may not name one whose code runs in this page, as a popup's
      // does.
      if (this.#given.service === undefined && options.service) options.mode = undefined;
      const fixed = JSON.stringify(FIXED.map((name) => options[name]));
      if (!this.isConnected || fixed !== this.#fixed) {
        this.#handle?.destroy();
        this.#handle = null;
      }
      this.#fixed = fixed;
      // What a server has rendered waits for the properties that its framework sets in the browser.
      if (!this.isConnected || (this.hasAttribute('deferred') && !options.resource)) return;
      if (this.#handle) this.#handle.update(options);
      else this.#handle = mount(this, options as unknown as MountOptions);
    }
  }

  customElements.define(tag, SignInElement);
}
