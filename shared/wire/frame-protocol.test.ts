import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { PROTOCOL_VERSION, readConnect, readToFrame, readToHost } from './frame-protocol.ts';

const MOUNT = '1234567-89-10-11';
const look = { theme: 'dark', locale: 'de', closable: true, variables: { accent: '#fff' } };
const envelope = <Message extends object>(message: Message) => ({ v: PROTOCOL_VERSION, mount: MOUNT, ...message });

const toFrame = [
  { type: 'begin', nonce: 'n'.repeat(16), loginRequest: '' },
  { type: 'failed' },
  { type: 'update', ...look },
  { type: 'reset' },
  { type: 'focus' },
];
const toHost = [
  { type: 'hello' },
  { type: 'want' },
  { type: 'ready' },
  { type: 'size', height: 348.5 },
  { type: 'change', step: 'otp' },
  { type: 'success', result: 'a.b.c', expiresAt: 1_700_000_000_000 },
  { type: 'error', code: 'OTP_WRONG', message: 'No.', retryable: true, requestId: '' },
  { type: 'expire' },
  { type: 'timeout' },
  { type: 'close' },
];
const readers = [
  ['frame', readToFrame, toFrame],
  ['loader', readToHost, toHost],
] as const;

describe.each(readers)('the messages that the %s accepts', (_, read, messages) => {
  const wellFormed = fc.constantFrom(...messages.map(envelope));

  test('each message, without its envelope', () => {
    for (const message of messages) expect(read(envelope(message), MOUNT)).toEqual(message);
  });

  // SR-12
  test('nothing of another version, mount or type', () => {
    fc.assert(
      fc.property(wellFormed, fc.constantFrom('v', 'mount', 'type'), fc.anything(), (message, field, value) => {
        fc.pre(!Object.is(value, message[field as keyof typeof message]));
        expect(read({ ...message, [field]: value }, MOUNT)).toBeUndefined();
      }),
    );
  });

  test('nothing with an extra field of any name', () => {
    const names = fc.oneof(fc.string(), fc.constantFrom('__proto__', 'constructor', 'toString', 'hasOwnProperty'));
    fc.assert(
      fc.property(wellFormed, names, fc.anything(), (message, name, value) => {
        fc.pre(!Object.hasOwn(message, name));
        const more = Object.defineProperty({ ...message }, name, { value, enumerable: true });
        expect(read(more, MOUNT)).toBeUndefined();
      }),
    );
  });

  test('nothing with a field that is missing, inherited, or of another type', () => {
    for (const message of messages) {
      for (const name of Object.keys(message).filter((key) => key !== 'type')) {
        const { [name as keyof typeof message]: value, ...rest } = envelope(message);
        expect(read(rest, MOUNT)).toBeUndefined();
        expect(read(Object.assign(Object.create({ [name]: value }), rest), MOUNT)).toBeUndefined();
        for (const other of [undefined, Symbol('x'), 1n, () => value, typeof value === 'string' ? 7 : 'seven']) {
          expect(read({ ...rest, [name]: other }, MOUNT)).toBeUndefined();
        }
      }
    }
  });

  test('nothing else, and never an exception', () => {
    fc.assert(
      fc.property(fc.anything({ withNullPrototype: true, withMap: true, withTypedArray: true }), (data) => {
        expect(read(data, MOUNT)).toBeUndefined();
      }),
    );
    for (const type of ['constructor', '__proto__', 'toString', ['hello'], { toString: () => 'hello' }]) {
      expect(read(envelope({ type }), MOUNT)).toBeUndefined();
    }
  });

  test('nothing that the other side sends', () => {
    const others = read === (readToFrame as unknown) ? toHost : toFrame;
    for (const message of others) expect(read(envelope(message), MOUNT)).toBeUndefined();
  });
});

describe('connect', () => {
  const connect = envelope({ type: 'connect', slot: 0, ...look });

  test('returns the mount', () => {
    expect(readConnect(connect)).toEqual({ type: 'connect', slot: 0, ...look, mount: MOUNT });
  });

  // SR-12
  test('refuses any other shape', () => {
    fc.assert(
      fc.property(fc.constantFrom(...Object.keys(connect)), fc.anything(), (name, value) => {
        const type = typeof connect[name as keyof typeof connect];
        fc.pre(['v', 'type'].includes(name) ? value !== connect[name as 'v'] : typeof value !== type);
        expect(readConnect({ ...connect, [name]: value })).toBeUndefined();
      }),
    );
    for (const mount of ['', 'short', 'x'.repeat(65), 'with space here', 'a'.repeat(10).concat('\n')]) {
      expect(readConnect({ ...connect, mount })).toBeUndefined();
    }
    fc.assert(fc.property(fc.anything(), (data) => void expect(readConnect(data)).toBeUndefined()));
  });
});
