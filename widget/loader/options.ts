import type { Theme, Variables } from '@countersign/protocol/appearance';
import type { FactorKind, FlowPurpose, FlowStep } from '@countersign/protocol/flow';

/** A value, or a function called when the value is needed, so that a cached page can fetch a fresh one. */
export type MaybeLazy<T> = T | (() => T | PromiseLike<T>);

export interface WidgetError {
  /** Stable; branch on it. */
  code: string;
  /** For logs and developers, in English. */
  message: string;
  /** Whether the user can simply try again. */
  retryable: boolean;
  /** Identifies the request in the service's log; empty if there was none. */
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
  /** The user moved to this step. */
  change: { step: FlowStep };
  success: Success;
  /** Fired just before `success`: the second-factor method used. Keep it for `prefer`, if you like. */
  used: { factor: string };
  /** An error of the user or the page; the widget shows it too. */
  error: WidgetError;
  /** The sign-in, or its unused result, expired. The widget offers a restart. */
  expire: undefined;
  /** The service did not start the sign-in in time. The widget offers a retry. */
  timeout: undefined;
  /** The user pressed the close button (`closable`). The page decides what it means. */
  close: undefined;
  /** The widget failed to load twice. The element `[data-countersign-fallback]` in the target is shown. */
  loaderror: WidgetError;
}

export type Callbacks = {
  [Name in keyof WidgetEvents as `on${Capitalize<Name>}`]?: (detail: WidgetEvents[Name]) => void;
};

/** Options that can change while the widget is on the page. */
export interface LiveOptions extends Callbacks {
  /** `auto` (default) follows the user's system. */
  theme?: Theme;
  /** `auto` (default): the page's `lang`, else the browser's. Otherwise a BCP 47 tag. */
  locale?: string;
  /** Colours, radius and font; invalid values are ignored. */
  variables?: Variables;
  /** Shows a close button. */
  closable?: boolean;
  /** Accessible name of the iframe. Default `Sign in`. */
  title?: string;
  /** Timeout of the frame's document, then of its script. Default 10 000 ms; there are two attempts. */
  loadTimeoutMs?: number;
}

export interface MountOptions extends LiveOptions {
  /** Id of the resource, `res_...`. */
  resource: string;
  /** Created by your backend for this user's session: 16 to 256 characters of `[A-Za-z0-9_.~-]`. */
  nonce: MaybeLazy<string>;
  /** Second-factor-only mode: the response of `POST /v1/login-requests`. */
  loginRequest?: MaybeLazy<string>;
  /**
   * `inline` (default): a frame in the element. `popup`: a button that opens the sign-in in a window, for browsers or
   * pages in which frames do not work.
   */
  mode?: 'inline' | 'popup';
  /** The second-factor method that the user used last, as reported by `used`. The user may choose another. */
  prefer?: FactorKind;
  /**
   * `enrol`: after the sign-in the user may set up another token, if the resource allows it. `self`: after the sign-in
   * the user manages their tokens and details, if the resource has self-service; there is no result.
   */
  purpose?: FlowPurpose;
  /** Origin of the service. Default: the origin of this script. */
  service?: string;
}

export interface WidgetHandle {
  /** The next result (or the one just created). Rejects with a `WidgetError` if this sign-in cannot continue. */
  result(): Promise<string>;
  /** Adds a listener; returns a function that removes it. */
  on<Name extends keyof WidgetEvents>(name: Name, listener: (detail: WidgetEvents[Name]) => void): () => void;
  update(options: LiveOptions & Partial<Pick<MountOptions, 'nonce' | 'loginRequest'>>): void;
  /** Starts over, with a fresh nonce if `nonce` is a function. Also tries again after `loaderror`. */
  reset(): void;
  /** Moves the keyboard focus to the form. */
  focus(): void;
  destroy(): void;
}
