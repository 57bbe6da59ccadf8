import type { FlowStep } from './flow.ts';

/**
 * The protocol of loader and frame.
 *
 * When the frame has knocked, the loader posts one `connect` to the frame's exact origin with a MessagePort in it. All
 * later messages use the port:
 *
 *     loader                              frame
 *       | connect (+ port) ----------------> |   window message, the only one
 *       | <---------------------------- hello |   it is loaded and themed
 *       | <----------------------------- want |   it needs a nonce to start (again after a restart)
 *       | begin {nonce} --------------------> |   or `failed`, if the host has none
 *       | <- ready, size, change, error, ... |
 *       | <---------------------- used {factor} |   the second factor that was used, if any
 *       | <------------------ success {result} |
 *       | update, reset, focus -------------> |
 *
 * Each message is `{v, mount, type, ...}` with exactly the fields of its type: one with an extra, missing or
 * malformed field is dropped without a response. `mount` is the loader's random id of this mount.
 */
export const PROTOCOL_VERSION = 1;

/**
 * The frame's appearance and locale. The guards check the shape; `appearance.ts` in the frame validates the values
 * of every sender.
 */
export type FrameAppearance = {
  theme: string;
  /** A BCP 47 tag, or empty: the browser's language. */
  locale: string;
  /** True to offer a button that asks the page to close the widget. */
  closable: boolean;
  /**
   * Colours, radius and font by name, and the page's preferences `prefer` and `purpose` for the sign-in. A frame
   * ignores unknown names, so that loaders and frames of different versions work together.
   */
  variables: object | null;
};

/** `slot` distinguishes widgets of one resource on one page: 0, 1, ... */
export type ConnectMessage = { type: 'connect'; slot: number } & FrameAppearance;

export type ToFrame =
  | { type: 'begin'; nonce: string; loginRequest: string }
  | { type: 'failed' }
  | ({ type: 'update' } & FrameAppearance)
  | { type: 'reset' }
  | { type: 'focus' };

/** Empty `requestId`: there was no request, or it had no id. Not `retryable`: this sign-in cannot continue. */
export type ErrorMessage = {
  type: 'error';
  code: string;
  message: string;
  retryable: boolean;
  requestId: string;
};

export type ToHost =
  | { type: 'hello' }
  | { type: 'want' }
  | { type: 'ready' }
  | { type: 'size'; height: number }
  | { type: 'change'; step: FlowStep }
  | { type: 'success'; result: string; expiresAt: number }
  | { type: 'used'; factor: string }
  | ErrorMessage
  | { type: 'expire' }
  | { type: 'timeout' }
  | { type: 'close' };

/** The host's nonce: bound into the result and compared by the host's backend. */
export const NONCE = /^[\w.~-]{16,256}$/;

/** Of each type one message: a field has the type that it has here. */
type Samples<Message extends { type: string }> = {
  [Type in Message['type']]: Omit<Extract<Message, { type: Type }>, 'type'>;
};

/** Returns the message if it is complete, well-formed, of a known type and of this mount; else undefined. */
function reader<Message extends { type: string }>(samples: Samples<Message>) {
  return (data: unknown, expectedMount: string): Message | undefined => {
    // The spread reads own fields, once: nothing inherited, and no second read of a value that may change.
    const { v, mount, type, ...fields }: Record<string, unknown> = { ...(data as object) };
    if (v !== PROTOCOL_VERSION || mount !== expectedMount) return undefined;
    if (typeof type !== 'string' || !Object.hasOwn(samples, type)) return undefined;
    const sample: Record<string, unknown> = samples[type as Message['type']];
    const names = Object.keys(sample);
    const isExact = Object.keys(fields).length === names.length;
    return isExact && names.every((name) => typeof fields[name] === typeof sample[name])
      ? ({ type, ...fields } as unknown as Message)
      : undefined;
  };
}

const LOOK: FrameAppearance = { theme: '', locale: '', closable: true, variables: null };

const readConnectOf = /* @__PURE__ */ reader<ConnectMessage>({ connect: { slot: 0, ...LOOK } });

/** For the frame, on its window: the only message with the port. It also tells the frame its mount. */
export function readConnect(data: unknown): (ConnectMessage & { mount: string }) | undefined {
  const { mount } = Object(data) as { mount?: unknown };
  if (typeof mount !== 'string' || !/^[\w-]{7,64}$/.test(mount)) return undefined;
  const message = readConnectOf(data, mount);
  return message && { ...message, mount };
}

/** For the frame, on its port. */
export const readToFrame = /* @__PURE__ */ reader<ToFrame>({
  begin: { nonce: '', loginRequest: '' },
  failed: {},
  update: LOOK,
  reset: {},
  focus: {},
});

/** For the loader, on its port. */
export const readToHost = /* @__PURE__ */ reader<ToHost>({
  hello: {},
  want: {},
  ready: {},
  size: { height: 0 },
  change: { step: '' as FlowStep },
  success: { result: '', expiresAt: 0 },
  used: { factor: '' },
  error: { code: '', message: '', retryable: true, requestId: '' },
  expire: {},
  timeout: {},
  close: {},
});
