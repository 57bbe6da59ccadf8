import type { Theme, Variables } from '@countersign/protocol/appearance';
import type { FactorKind, FlowPurpose, FlowStep } from '@countersign/protocol/flow';

/** A value, or a function that is called when it is needed, so that cached pages can fetch a fresh one. */
export type MaybeLazy<T> = T | (() => T | PromiseLike<T>);

export interface WidgetError {
  /** Stable; branch on it. */
  code: string;
  /** For logs and developers, in English. */
  message: string;
  /** Whether the same person may simply try again. */
  retryable: boolean;
  /** Names the request in the service's log; empty if there was none. */
  requestId: string;
}

export interface Success {
  /** The signed result. Send it to your backend, which verifies it against its own session's nonce. */
  result: string;
  /** When the result expires, milliseconds since the epoch by the service's clock. */
  expiresAt: number;
}

export interface WidgetEvents {
  /** The first step is on the screen. */
  ready: undefined;
  /** The person moved to this step. */
  change: { step: FlowStep };
  success: Success;
  /** Just before `success`: the way in which the second factor was shown. Keep it for `prefer`, if you like. */
  used: { factor: string };
  /** Something the person or the page met; the widget shows it too. */
  error: WidgetError;
  /** The sign-in, or its unused result, ran out of time. The widget offers a restart. */
  expire: undefined;
  /** The service did not begin the sign-in in time. The widget offers another try. */
  timeout: undefined;
  /** The person pressed the close button (`closable`). What it means is up to the page. */
  close: undefined;
  /** The widget could not be loaded, twice. What is `[data-countersign-fallback]` in the target is shown. */
  loaderror: WidgetError;
}

export type Callbacks = {
  [Name in keyof WidgetEvents as `on${Capitalize<Name>}`]?: (detail: WidgetEvents[Name]) => void;
};

/** What may change while the widget is on the page. */
export interface LiveOptions extends Callbacks {
  /** `auto` (default) follows the person's system. */
  theme?: Theme;
  /** `auto` (default): the page's `lang`, else the browser's. Otherwise a BCP 47 tag. */
  locale?: string;
  /** Colours, radius and font; what is not valid is left out. */
  variables?: Variables;
  /** Offer a close button. */
  closable?: boolean;
  /** Accessible name of the iframe. Default `Sign in`. */
  title?: string;
  /** How long one attempt to load may take. Default 10 000 ms; there are two. */
  loadTimeoutMs?: number;
}

export interface MountOptions extends LiveOptions {
  /** The resource's id, `res_...`. */
  resource: string;
  /** Minted by your backend for this person's session: 16 to 256 characters of `[A-Za-z0-9_.~-]`. */
  nonce: MaybeLazy<string>;
  /** Second-factor-only mode: what `POST /v1/login-requests` answered. */
  loginRequest?: MaybeLazy<string>;
  /**
   * `inline` (default): a frame in the element. `popup`: a button that opens the sign-in in a window of its own, for
   * browsers or pages in which frames do not work.
   */
  mode?: 'inline' | 'popup';
  /** The way to show the second factor that the person used last, as `used` told it. They may pick another one. */
  prefer?: FactorKind;
  /**
   * `enrol`: after the sign-in people may set up another token, where the resource lets them. `self`: after the sign-in they
   * see and manage what is theirs, where the resource has a self-service; no result comes of that.
   */
  purpose?: FlowPurpose;
  /** Origin of the service. Default: where this script came from. */
  service?: string;
}

export interface WidgetHandle {
  /** The next result (or the one just made). Rejects with a `WidgetError` when this sign-in cannot go on. */
  result(): Promise<string>;
  /** Listens; answers a function that stops listening. */
  on<Name extends keyof WidgetEvents>(name: Name, listener: (detail: WidgetEvents[Name]) => void): () => void;
  update(options: LiveOptions & Partial<Pick<MountOptions, 'nonce' | 'loginRequest'>>): void;
  /** Begins anew, with a fresh nonce if `nonce` is a function. Also tries again after `loaderror`. */
  reset(): void;
  /** Moves the keyboard focus to the form. */
  focus(): void;
  destroy(): void;
}
