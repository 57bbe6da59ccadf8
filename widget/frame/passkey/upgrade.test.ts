import type { PasskeyCreation } from '@countersign/protocol/passkey';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { FlowAnswer, FlowClient } from '../flow-client.ts';
import { upgradeToPasskey } from './upgrade.ts';

const CREATION = {
  challenge: 'Y2hhbGxlbmdl',
  rp: { id: 'auth.example', name: 'auth.example' },
  user: { id: 'dXNy', name: 'ada', displayName: 'Ada' },
  excludeCredentials: [],
} as unknown as PasskeyCreation;
const MADE = {
  id: 'bmV3',
  response: { clientDataJSON: new ArrayBuffer(3), attestationObject: new ArrayBuffer(3) },
  getClientExtensionResults: () => ({}),
};

const create = vi.fn();
const fetched = vi.fn();
const unknown = vi.fn(async () => {});

/** A browser in which the frame may create passkeys, or not. */
function setBrowser({ isFramed = false, status = 204 } = {}) {
  vi.useFakeTimers();
  fetched.mockImplementation(async () => new Response(null, { status }));
  const window = { PublicKeyCredential: { signalUnknownCredential: unknown } };
  vi.stubGlobal('window', window);
  vi.stubGlobal('PublicKeyCredential', window.PublicKeyCredential);
  vi.stubGlobal('parent', isFramed ? {} : window);
  vi.stubGlobal('document', { documentElement: { lang: 'de' } });
  vi.stubGlobal('navigator', { credentials: { create } });
  vi.stubGlobal('fetch', fetched);
}

beforeEach(() => setBrowser());
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
  vi.resetAllMocks();
});

/** Sends the last factor of a sign-in; resolves with the answer that the widget gets. */
async function finish(offer: { upgrade?: PasskeyCreation } = { upgrade: CREATION }): Promise<FlowAnswer> {
  const view = { step: 'done', seq: 3, result: 'jwt', expiresAt: 1, now: 0, ...offer };
  const client = { answer: async () => ({ view, requestId: '' }) } as unknown as FlowClient;
  upgradeToPasskey(client);
  return client.answer('flw_1.secret', 2, 'otp', '123456');
}

test('the browser is asked with conditional mediation, and its passkey sent beside the result', async () => {
  create.mockResolvedValue(MADE);
  expect(await finish()).toMatchObject({ view: { result: 'jwt' } });
  expect(create).toHaveBeenCalledExactlyOnceWith(expect.objectContaining({ mediation: 'conditional' }));
  const [path, request] = fetched.mock.calls[0] ?? [];
  expect(path).toBe('/widget/v1/flow/upgrade');
  expect(request).toMatchObject({ keepalive: true, headers: { 'countersign-flow': 'flw_1.secret' } });
  expect(JSON.parse(request.body)).toMatchObject({ response: { id: 'bmV3' }, language: 'de' });
  expect(unknown).not.toHaveBeenCalled();
});

test('the result does not wait for a service that does not answer', async () => {
  create.mockResolvedValue(MADE);
  fetched.mockImplementation(() => new Promise(() => {}));
  expect(await finish()).toMatchObject({ view: { result: 'jwt' } });
});

test('the result waits two seconds for a browser that does not answer, and no longer', async () => {
  create.mockImplementation(() => new Promise(() => {}));
  let answer: FlowAnswer | undefined;
  void finish().then((got) => {
    answer = got;
  });
  await vi.advanceTimersByTimeAsync(1_999);
  expect(answer).toBeUndefined();
  await vi.advanceTimersByTimeAsync(1);
  expect(answer).toMatchObject({ view: { result: 'jwt' } });
});

test.each(['NotAllowedError', 'InvalidStateError', 'AbortError', 'TypeError'])(
  'a browser that refuses with %s changes nothing',
  async (name) => {
    create.mockRejectedValue(Object.assign(new Error(name), { name }));
    expect(await finish()).toMatchObject({ view: { result: 'jwt' } });
    expect(fetched).not.toHaveBeenCalled();
  },
);

test('a passkey that the service refuses is forgotten by the browser, one in doubt is not', async () => {
  create.mockResolvedValue(MADE);
  for (const status of [409, 503]) {
    setBrowser({ status });
    await finish();
    await vi.advanceTimersByTimeAsync(0);
  }
  expect(unknown).not.toHaveBeenCalled();
  setBrowser({ status: 403 });
  await finish();
  await vi.advanceTimersByTimeAsync(0);
  expect(unknown).toHaveBeenCalledExactlyOnceWith({ rpId: 'auth.example', credentialId: 'bmV3' });
});

test('the browser is not asked without an offer, nor in a frame that may not create passkeys', async () => {
  expect(await finish({})).toMatchObject({ view: { result: 'jwt' } });
  setBrowser({ isFramed: true });
  expect(await finish()).toMatchObject({ view: { result: 'jwt' } });
  expect(create).not.toHaveBeenCalled();
});
