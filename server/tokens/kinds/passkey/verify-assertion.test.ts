import { createHash, createPrivateKey, createPublicKey, randomBytes } from 'node:crypto';
import type { PasskeyAssertion } from '@countersign/protocol/passkey';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type KeyKind, SoftwareAuthenticator, type Tampering } from '../../../testing/software-authenticator.ts';
import type { WebauthnFactor } from '../../token.ts';
import { isSafeEd25519Point } from './passkey-point.ts';
import { type AssertionRules, verifyAssertion } from './verify-assertion.ts';
import { verifyAttestation } from './verify-attestation.ts';

const HANDLE = 'dXNyXzAx';
const CEREMONY = {
  challenge: 'Y2hhbGxlbmdlLW9mLXRoaXMtc2lnbi1pbg',
  rpId: 'auth.example',
  origin: 'https://auth.example',
  crossOrigin: true,
  topOrigin: 'https://shop.example',
};
const RULES: AssertionRules = {
  challenge: CEREMONY.challenge,
  rpId: CEREMONY.rpId,
  origin: CEREMONY.origin,
  topOrigin: CEREMONY.topOrigin,
  userVerification: 'required',
  userHandle: HANDLE,
  needsUserHandle: true,
};

async function registered(device: SoftwareAuthenticator): Promise<WebauthnFactor> {
  const made = device.create({ ...CEREMONY, userHandle: HANDLE });
  const factor = await verifyAttestation(made, { ...RULES, userVerification: 'preferred' });
  if (!factor) throw new Error('not registered');
  return factor;
}

const device = new SoftwareAuthenticator({ signCount: 7 });
const factor = await registered(device);

describe('a passkey', () => {
  test.each<KeyKind>(['ES256', 'EdDSA', 'RS256'])(
    'with an %s key registers, and its response is right',
    async (kind) => {
      const one = new SoftwareAuthenticator({ kind, signCount: 4 });
      const made = await registered(one);
      expect(made).toMatchObject({ credentialId: one.id, signCount: 4, synced: false, discoverable: true });
      expect(await verifyAssertion(made, one.get(CEREMONY), RULES)).toEqual({
        verdict: 'right',
        signCount: 5,
        userVerified: true,
      });
    },
  );

  test('without a counter is right each time; with a counter it has to increase', async () => {
    const still = new SoftwareAuthenticator({ signCount: 0, synced: true });
    const made = await registered(still);
    expect(made).toMatchObject({ synced: true, signCount: 0 });
    for (let time = 0; time < 2; time++) {
      expect(await verifyAssertion(made, still.get(CEREMONY), RULES)).toMatchObject({ verdict: 'right', signCount: 0 });
    }
    expect(await verifyAssertion({ ...made, signCount: 1 }, still.get(CEREMONY), RULES)).toEqual({ verdict: 'copied' });
    for (const signCount of [factor.signCount, factor.signCount - 1, 1]) {
      const stale = device.get(CEREMONY, { signCount });
      expect(await verifyAssertion(factor, stale, RULES)).toEqual({ verdict: 'copied' });
    }
  });

  test('without user verification is right where that is only preferred, and reports it', async () => {
    const bare = new SoftwareAuthenticator({ verifies: false });
    const made = await registered(bare);
    const preferred = { ...RULES, userVerification: 'preferred' } as const;
    expect(await verifyAssertion(made, bare.get(CEREMONY), preferred)).toMatchObject({ userVerified: false });
    expect(await verifyAssertion(made, bare.get(CEREMONY), RULES)).toEqual({ verdict: 'wrong' });
  });

  test('need not name its owner if they are known already', async () => {
    const known = { ...RULES, needsUserHandle: false };
    const nameless = device.get(CEREMONY, { userHandle: undefined });
    expect(await verifyAssertion(factor, nameless, known)).toMatchObject({ verdict: 'right' });
    expect(await verifyAssertion(factor, nameless, RULES)).toEqual({ verdict: 'wrong' });
  });
});

// SR-61: data that a modified device or browser signs itself, so that the signature is valid and the rest is wrong.
const LIES: [string, Tampering, Partial<typeof CEREMONY>?][] = [
  ['another challenge', { clientData: { challenge: 'b2xk' } }],
  ['a registration', { clientData: { type: 'webauthn.create' } }],
  ['a phishing page', { clientData: { origin: 'https://auth-example.evil.example' } }],
  ['a hostile page around the frame', { clientData: { topOrigin: 'https://evil.example' } }],
  ['a page around no frame', { clientData: { crossOrigin: false } }],
  ['another domain', {}, { rpId: 'evil.example' }],
  ['a domain above', {}, { rpId: 'example' }],
  ['no user present', { flags: 0 }],
  ['no user verified', { flags: 1 }],
  ['a verified user who is not present', { flags: 4 }],
  ['a passkey that was of one device, synced', { flags: 1 | 4 | 8 }],
  ['one that is backed up and cannot be', { flags: 1 | 4 | 16 }],
  ['another user', { userHandle: 'dXNyXzAy' }],
  ['no user', { userHandle: '' }],
];

describe('SR-61: a passkey’s response is refused', () => {
  test.each(LIES)('SR-61: that is of %s', async (_, tampering, ceremony = {}) => {
    const lie = device.get({ ...CEREMONY, ...ceremony }, tampering);
    expect(await verifyAssertion(factor, lie, RULES)).toEqual({ verdict: 'wrong' });
  });

  test('SR-61: of another key, under its own id or under this one', async () => {
    const other = new SoftwareAuthenticator();
    other.userHandle = HANDLE;
    const answer = other.get(CEREMONY);
    expect(await verifyAssertion(factor, answer, RULES)).toEqual({ verdict: 'wrong' });
    expect(await verifyAssertion(factor, { ...answer, id: device.id }, RULES)).toEqual({ verdict: 'wrong' });
  });

  test('SR-61: with any bit of the signed data, or of the signature, flipped', async () => {
    // Its signatures are bare numbers. Those of ES256 are wrapped in DER, which has bits without meaning.
    const plain = new SoftwareAuthenticator({ kind: 'EdDSA' });
    const itsFactor = await registered(plain);
    const field = fc.constantFrom('clientDataJSON', 'authenticatorData', 'signature' as const);
    await fc.assert(
      fc.asyncProperty(field, fc.nat(), fc.nat({ max: 7 }), async (name, at, bit) => {
        const answer = plain.get(CEREMONY);
        expect(await verifyAssertion(itsFactor, turned(answer, name, at, bit), RULES)).toEqual({ verdict: 'wrong' });
      }),
      { numRuns: 150 },
    );
    // The same responses are right if no bit is flipped.
    expect(await verifyAssertion(itsFactor, plain.get(CEREMONY), RULES)).toMatchObject({ verdict: 'right' });
  });

  test('SR-61: truncated, and assembled at random', async () => {
    const bytes = fc.uint8Array({ maxLength: 80 }).map((some) => Buffer.from(some).toString('base64url'));
    const any = fc.record({ clientDataJSON: bytes, authenticatorData: bytes, signature: bytes });
    await fc.assert(
      fc.asyncProperty(
        any,
        fc.subarray(['clientDataJSON', 'authenticatorData', 'signature'] as const, { minLength: 1 }),
        async (nonsense, names) => {
          const { id, response } = device.get(CEREMONY);
          const mixed = { ...response };
          for (const name of names) mixed[name] = nonsense[name];
          expect(await verifyAssertion(factor, { id, response: mixed }, RULES)).toEqual({ verdict: 'wrong' });
        },
      ),
      { numRuns: 60 },
    );
  });
});

type Signed = 'clientDataJSON' | 'authenticatorData' | 'signature';

function turned({ id, response }: PasskeyAssertion, name: string, at: number, bit: number): PasskeyAssertion {
  const field = name as Signed;
  const bytes = Buffer.from(response[field], 'base64url');
  const place = at % bytes.length;
  bytes[place] = (bytes[place] ?? 0) ^ (1 << bit);
  return { id, response: { ...response, [field]: bytes.toString('base64url') } };
}

describe('SR-61: a registration is refused', () => {
  const REGISTERS: [string, Tampering, Partial<typeof CEREMONY>?][] = [
    ['another challenge', { clientData: { challenge: 'b2xk' } }],
    ['an assertion', { clientData: { type: 'webauthn.get' } }],
    ['a phishing page', { clientData: { origin: 'https://auth-example.evil.example' } }],
    ['a hostile page around the frame', { clientData: { topOrigin: 'https://evil.example' } }],
    ['a page around no frame', { clientData: { crossOrigin: false } }],
    ['another domain', {}, { rpId: 'evil.example' }],
    ['no user present', { flags: 4 }],
    ['a backup that cannot be', { flags: 1 | 16 }],
  ];
  test.each(REGISTERS)('SR-61: that is of %s', async (_, tampering, ceremony = {}) => {
    const made = new SoftwareAuthenticator().create({ ...CEREMONY, ...ceremony, userHandle: HANDLE }, tampering);
    expect(await verifyAttestation(made, RULES)).toBeUndefined();
  });

  test('SR-61: from a frame, if there was none', async () => {
    const alone = { ...RULES, topOrigin: RULES.origin };
    const one = new SoftwareAuthenticator();
    const handle = { userHandle: HANDLE };
    const made = one.create({ ...CEREMONY, ...handle });
    expect(await verifyAttestation(made, alone)).toBeUndefined();
    const nameless = one.create({ ...CEREMONY, ...handle, topOrigin: undefined as unknown as string });
    expect(await verifyAttestation(nameless, alone)).toBeUndefined();
    const own = one.create({ ...CEREMONY, ...handle, crossOrigin: false, topOrigin: undefined as unknown as string });
    expect(await verifyAttestation(own, alone)).toBeDefined();
  });

  test('SR-61: without a present user, unless the device was not to ask', async () => {
    const silent = new SoftwareAuthenticator().create({ ...CEREMONY, userHandle: HANDLE }, { flags: 0 });
    const preferred = { ...RULES, userVerification: 'preferred' } as const;
    expect(await verifyAttestation(silent, preferred)).toBeUndefined();
    expect(await verifyAttestation(silent, { ...preferred, isConditional: true })).toBeDefined();
  });

  test('SR-61: without a verified user, where that is required', async () => {
    const unverified = new SoftwareAuthenticator().create({ ...CEREMONY, userHandle: HANDLE }, { flags: 1 });
    expect(await verifyAttestation(unverified, RULES)).toBeUndefined();
    expect(await verifyAttestation(unverified, { ...RULES, userVerification: undefined })).toBeDefined();
  });

  test('not for what the browser leaves out, and nothing is assumed of it', async () => {
    const { clientExtensionResults: _said, response, ...made } = device.create({ ...CEREMONY, userHandle: HANDLE });
    const { transports: _how, ...rest } = response;
    const bare = { ...made, response: rest };
    expect(await verifyAttestation(bare, RULES)).toMatchObject({ transports: [], discoverable: false });
    for (const clientExtensionResults of [{}, { credProps: {} }, { credProps: { rk: false } }]) {
      const told = await verifyAttestation({ ...bare, clientExtensionResults }, RULES);
      expect(told).toMatchObject({ discoverable: false });
    }
  });

  test('whose outer id is not the inner one', async () => {
    const made = new SoftwareAuthenticator().create({ ...CEREMONY, userHandle: HANDLE });
    expect(await verifyAttestation({ ...made, id: device.id }, RULES)).toBeUndefined();
  });
});

// SR-61. The attack: a key under which one public signature is valid for every text.
describe('SR-61: a passkey whose key is a point of small order', () => {
  const identity = Uint8Array.from({ length: 32 }, (_, at) => (at === 0 ? 1 : 0));
  const forged = Buffer.concat([identity, new Uint8Array(32)]).toString('base64url');
  const points = [
    '00'.repeat(32),
    `01${'00'.repeat(31)}`,
    `ec${'ff'.repeat(30)}7f`,
    `ed${'ff'.repeat(30)}7f`,
    `ee${'ff'.repeat(30)}7f`,
    // Of full order, encoded as y + p.
    `f0${'ff'.repeat(30)}7f`,
    '26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05',
    'c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a',
  ].flatMap((hex) => {
    const [plain, negative] = [Buffer.from(hex, 'hex'), Buffer.from(hex, 'hex')];
    negative.writeUInt8(negative.readUInt8(31) | 0x80, 31);
    return [plain, negative];
  });

  test.each(points.map((point) => [point.toString('hex'), point] as const))(
    '%s is not registered',
    async (_, point) => {
      const weak = new SoftwareAuthenticator({ kind: 'EdDSA', parts: [[-2, new Uint8Array(point)]] });
      expect(await verifyAttestation(weak.create({ ...CEREMONY, userHandle: HANDLE }), RULES)).toBeUndefined();
    },
  );

  test('is refused, even if it were registered', async () => {
    const plain = new SoftwareAuthenticator({ kind: 'EdDSA' });
    const made = await registered(plain);
    const key = Buffer.from(made.publicKey, 'base64url');
    const weak = { ...made, publicKey: Buffer.concat([key.subarray(0, -32), identity]).toString('base64url') };
    const assertion = plain.get(CEREMONY);
    const answer = { ...assertion, response: { ...assertion.response, signature: forged } };
    expect(await verifyAssertion(weak, answer, RULES)).toEqual({ verdict: 'wrong' });
    expect(await verifyAssertion(made, plain.get(CEREMONY), RULES)).toMatchObject({ verdict: 'right' });
  });

  test('no point of a real key is mistaken for one', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 32, maxLength: 32 }), (seed) => {
        const der = Buffer.concat([Buffer.from('302e020100300506032b657004220420', 'hex'), seed]);
        const { x = '' } = createPublicKey(createPrivateKey({ key: der, format: 'der', type: 'pkcs8' })).export({
          format: 'jwk',
        });
        expect(isSafeEd25519Point(Buffer.from(x, 'base64url'))).toBe(true);
      }),
    );
    for (const point of points) expect(isSafeEd25519Point(point)).toBe(false);
    for (const length of [0, 31, 33]) expect(isSafeEd25519Point(new Uint8Array(length).fill(7))).toBe(false);
  });
});

// SR-61. The attack: with an exponent of 1 the signature is the padded hash, and a short modulus can be factored.
describe('SR-61: a passkey with a weak RSA key', () => {
  const modulus = (bits: number) => {
    const bytes = new Uint8Array(randomBytes(Math.ceil(bits / 8)));
    bytes[0] = bits % 8 === 0 ? 0xff : (1 << (bits % 8)) - 1;
    return bytes;
  };
  const exponent = (hex: string) => new Uint8Array(Buffer.from(hex, 'hex'));

  test.each<[string, [label: number, value: Uint8Array][]]>([
    ['an exponent of 1', [[-2, exponent('01')]]],
    ['an exponent of 1, spelt longer', [[-2, exponent('000001')]]],
    ['an exponent of 3', [[-2, exponent('03')]]],
    ['an even exponent', [[-2, exponent('010000')]]],
    ['no exponent', [[-2, exponent('')]]],
    ['a modulus of 512 bits', [[-1, modulus(512)]]],
    ['a modulus of 2047 bits', [[-1, modulus(2047)]]],
    ['a modulus of 512 bits behind zeros', [[-1, new Uint8Array([...new Uint8Array(192), ...modulus(512)])]]],
    ['no modulus', [[-1, new Uint8Array()]]],
  ])('%s is not registered', async (_, parts) => {
    const weak = new SoftwareAuthenticator({ kind: 'RS256', parts });
    expect(await verifyAttestation(weak.create({ ...CEREMONY, userHandle: HANDLE }), RULES)).toBeUndefined();
  });

  test.each([2048, 3072, 4096])('a modulus of %i bits is registered', async (bits) => {
    const strong = new SoftwareAuthenticator({ kind: 'RS256', parts: [[-1, modulus(bits)]] });
    expect(await registered(strong)).toMatchObject({ credentialId: strong.id });
  });

  test('is refused, even if it were registered', async () => {
    const plain = new SoftwareAuthenticator({ kind: 'RS256' });
    const made = await registered(plain);
    const key = Buffer.from(made.publicKey, 'base64url');
    // The exponent comes last: label -2, three bytes.
    expect(key.subarray(-5).toString('hex')).toBe('2143010001');
    const one = Buffer.concat([key.subarray(0, -5), Buffer.from('214101', 'hex')]);
    const assertion = plain.get(CEREMONY);
    const clientData = createHash('sha256')
      .update(Buffer.from(assertion.response.clientDataJSON, 'base64url'))
      .digest();
    const signed = Buffer.concat([Buffer.from(assertion.response.authenticatorData, 'base64url'), clientData]);
    const signature = paddedHash(signed, 256).toString('base64url');
    const answer = { ...assertion, response: { ...assertion.response, signature } };
    expect(await verifyAssertion({ ...made, publicKey: one.toString('base64url') }, answer, RULES)).toEqual({
      verdict: 'wrong',
    });
    expect(await verifyAssertion(made, plain.get(CEREMONY), RULES)).toMatchObject({ verdict: 'right' });
  });
});

/** The number whose power by the public exponent is an RSA signature's content (PKCS #1 v1.5, RFC 8017 section 9.2). */
function paddedHash(data: Buffer, length: number): Buffer {
  const info = Buffer.from('3031300d060960864801650304020105000420', 'hex');
  const hash = createHash('sha256').update(data).digest();
  const padding = Buffer.alloc(length - 3 - info.length - hash.length, 0xff);
  return Buffer.concat([Buffer.from([0, 1]), padding, Buffer.from([0]), info, hash]);
}
