import type { FlowStep } from './flow.ts';

/**
 * What loader and frame say to each other.
 *
 * When the frame has loaded, the loader posts one `connect` to the frame's exact origin with a MessagePort in it. From
 * then on only the port speaks:
 *
 *     loader                              frame
 *       | connect (+ port) ----------------> |   window message, the only one
 *       | <---------------------------- hello |   it is there and themed
 *       | <----------------------------- want |   it needs a nonce to begin with (again after a restart)
 *       | begin {nonce} --------------------> |   or `failed`, if the host has none
 *       | <- ready, size, change, error, ... |
 *       | <---------------------- used {factor} |   the way in which the second factor was shown, if one was
 *       | <------------------ success {result} |
 *       | update, reset, focus -------------> |
 *
 * Each message is `{v, mount, type, ...}` with exactly the fields of its type: one too many, one too few or one of
 * another shape, and it is dropped without an answer. `mount` is the loader's random name for this one mounting.
 */
export const PROTOCOL_VERSION = 1;

/**
 * What the frame is told about its looks and words. The guards see to the shape; what the words mean, and that a colour
 * is a colour, `appearance.ts` decides in the frame, whoever sent them.
 */
export type Look = {
  theme: string;
  /** A BCP 47 tag, or empty: as the browser says. */
  locale: string;
  /** Whether to offer a button that asks the page to close the widget. */
  closable: boolean;
  /**
   * Colours, radius and font by name; beside them `prefer` and `purpose`, what the page would like of the sign-in. A frame
   * takes what it knows, so that loaders and frames of different age understand each other.
   */
  variables: object | null;
};

/** `slot` tells widgets of one resource on one page apart: 0, 1, ... */
export type ConnectMessage = { type: 'connect'; slot: number } & Look;

export type ToFrame =
  | { type: 'begin'; nonce: string; loginRequest: string }
  | { type: 'failed' }
  | ({ type: 'update' } & Look)
  | { type: 'reset' }
  | { type: 'focus' };

/** Empty `requestId`: there was no request, or it had no id. Not `retryable`: this sign-in cannot go on. */
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

type TypeName<T> = T extends string ? 'string' : T extends number ? 'number' : T extends boolean ? 'boolean' : 'object';
/** Field by field, what `typeof` must say. */
type Shapes<Message extends { type: string }> = {
  [Type in Message['type']]: {
    [Field in Exclude<keyof Extract<Message, { type: Type }>, 'type'>]: TypeName<
      Extract<Message, { type: Type }>[Field]
    >;
  };
};

/** The message if it is one of these, whole and well-formed, and of this mount; else undefined. */
function reader<Message extends { type: string }>(shapes: Shapes<Message>) {
  return (data: unknown, expectedMount: string): Message | undefined => {
    // The spread takes own fields, once: nothing inherited, and no second look at a value that may change.
    const { v, mount, type, ...fields }: Record<string, unknown> = { ...(data as object) };
    if (v !== PROTOCOL_VERSION || mount !== expectedMount) return undefined;
    if (typeof type !== 'string' || !Object.hasOwn(shapes, type)) return undefined;
    const shape: Record<string, string> = shapes[type as Message['type']];
    const names = Object.keys(shape);
    const isExact = Object.keys(fields).length === names.length;
    return isExact && names.every((name) => typeof fields[name] === shape[name])
      ? ({ type, ...fields } as unknown as Message)
      : undefined;
  };
}

const LOOK = { theme: 'string', locale: 'string', closable: 'boolean', variables: 'object' } as const;

const readConnectOf = /* @__PURE__ */ reader<ConnectMessage>({ connect: { slot: 'number', ...LOOK } });

/** For the frame, on its window: the one message that carries the port. It is also how the frame learns its mount. */
export function readConnect(data: unknown): (ConnectMessage & { mount: string }) | undefined {
  const { mount } = Object(data) as { mount?: unknown };
  if (typeof mount !== 'string' || !/^[\w-]{7,64}$/.test(mount)) return undefined;
  const message = readConnectOf(data, mount);
  return message && { ...message, mount };
}

/** For the frame, on its port. */
export const readToFrame = /* @__PURE__ */ reader<ToFrame>({
  begin: { nonce: 'string', loginRequest: 'string' },
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
  size: { height: 'number' },
  change: { step: 'string' },
  success: { result: 'string', expiresAt: 'number' },
  used: { factor: 'string' },
  error: { code: 'string', message: 'string', retryable: 'boolean', requestId: 'string' },
  expire: {},
  timeout: {},
  close: {},
});
