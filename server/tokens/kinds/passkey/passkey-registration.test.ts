import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import type { AccountEvent } from '../../../kernel/event.ts';
import { idFromBytes, type TokenId } from '../../../kernel/ids.ts';
import { operatorContext, updateToken } from '../../../testing/as-operator.ts';
import { inTheFrame, registerPasskey } from '../../../testing/devices/passkey-device.ts';
import { addUser, createFixture, type Fixture, ORIGIN, read, runMeanwhile, unwrap } from '../../../testing/fixtures.ts';
import { touches } from '../../../testing/intercepted-store.ts';
import { SoftwareAuthenticator, type Tampering } from '../../../testing/software-authenticator.ts';
import { ISSUER, openTestPorts, type TestPorts } from '../../../testing/test-ports.ts';
import { userDocument } from '../../../users/documents.ts';
import { deleteToken } from '../../delete-token.ts';
import { tokenDocument } from '../../documents.ts';
import { findPasskey } from './find-passkey.ts';
import { finishPasskeyRegistration } from './finish-passkey-registration.ts';
import { MAX_PASSKEYS, startPasskeyRegistration } from './start-passkey-registration.ts';

let ports: TestPorts;
let scene: Fixture;
beforeAll(async () => {
  ports = await openTestPorts('passkey registration');
  scene = await createFixture(ports);
});
afterEach(() => {
  ports.store.intercept = {};
});
afterAll(() => ports.close());

const newId = (): TokenId => idFromBytes('tok', ports.random.bytes(7));
const makerOf = ({ account, user }: Fixture) => ({ account, id: user.id });
const refusedWith = (code: string) => ({ refused: code });

async function begin(who = scene) {
  const begun = unwrap(await startPasskeyRegistration(ports, makerOf(who), ORIGIN));
  const { options } = begun;
  const ceremony = inTheFrame({ challenge: options.challenge, rpId: options.rp.id });
  return { ...begun, ceremony: { ...ceremony, userHandle: options.user.id } };
}

async function register(device: SoftwareAuthenticator, who = scene, tampering: Tampering = {}) {
  const { pending, ceremony } = await begin(who);
  const response = device.create(ceremony, tampering);
  return finishPasskeyRegistration(ports, makerOf(who), {}, pending, { id: newId(), nameOf: () => 'Key', response });
}

const another = (login: string) => addUser(ports, scene.account, scene.resource, { user: { login } });

describe('registering a passkey', () => {
  test('requests what every authenticator supports, names no user, and excludes the user’s passkeys', async () => {
    const who = await another('asks');
    const device = new SoftwareAuthenticator();
    await registerPasskey(who, device);
    const { options, pending } = await begin(who);
    expect(options).toMatchObject({
      rp: { id: 'auth.example' },
      pubKeyCredParams: [{ alg: -7 }, { alg: -8 }, { alg: -257 }],
      excludeCredentials: [{ type: 'public-key', id: device.id, transports: ['internal'] }],
      authenticatorSelection: { residentKey: 'preferred', userVerification: 'preferred' },
      attestation: 'none',
    });
    expect(Buffer.from(options.user.id, 'base64url').toString()).toBe(who.user.id);
    expect(options.challenge).toMatch(/^[\w-]{43}$/);
    expect(pending).toMatchObject({ challenge: options.challenge, origin: ISSUER, topOrigin: ORIGIN });
    expect((await begin(who)).options.challenge).not.toBe(options.challenge);
  });

  test('creates a token of its owner that signs in nowhere yet, with one event', async () => {
    const before = ports.store.commits.length;
    const who = await another('makes');
    const { token } = unwrap(await register(new SoftwareAuthenticator({ synced: true, signCount: 0 }), who));
    expect(await read(ports, tokenDocument.key(token.id))).toMatchObject({
      owner: who.user.id,
      createdBy: { kind: 'user', id: who.user.id },
      factor: { kind: 'webauthn', synced: true, discoverable: true, signCount: 0 },
    });
    expect((await read(ports, userDocument.key(who.user.id))).assignments.flatMap(({ tokens }) => tokens)).toEqual([]);
    const events = ports.store.commits.slice(before).flatMap(({ change }) => change.append ?? []);
    expect((events as unknown as AccountEvent[]).filter(({ subject }) => subject === token.id)).toMatchObject([
      { type: 'token.created', actor: { kind: 'user', id: who.user.id } },
    ]);
  });

  // SR-61
  test.each<[string, Tampering]>([
    ['another page around the frame', { clientData: { topOrigin: 'https://evil.example' } }],
    ['another origin', { clientData: { origin: 'https://evil.example' } }],
    ['another challenge', { clientData: { challenge: 'b2xk' } }],
    ['no user present', { flags: 0 }],
  ])('SR-61: is refused for %s, and creates nothing', async (_, tampering) => {
    const device = new SoftwareAuthenticator();
    expect(await register(device, scene, tampering)).toEqual(refusedWith('PASSKEY_INVALID'));
    expect(await findPasskey(ports, scene.account, device.id)).toBeUndefined();
  });

  // Authenticators and browsers send statements although `none` was asked for. The chains of TPMs, Android, Apple and
  // U2F keys end in roots of vendors, which change; nothing here depends on who made a device.
  describe('with a statement about its maker', () => {
    const content = new Map<string, unknown>([
      ['ver', '2.0'],
      ['alg', -7],
      ['sig', new Uint8Array(70).fill(48)],
      ['x5c', [new Uint8Array(900).fill(48)]],
    ]);
    const formats = ['packed', 'tpm', 'android-key', 'android-safetynet', 'apple', 'fido-u2f', 'one of tomorrow'];

    test.each(formats)('is accepted whatever the statement says: %s', async (format) => {
      const device = new SoftwareAuthenticator({ aaguid: 'adce0002-35bc-c60a-648b-0b25f1f05503' });
      const { token } = unwrap(
        await register(device, await another(`makes ${format}`), { statement: { format, content } }),
      );
      expect(await read(ports, tokenDocument.key(token.id))).toMatchObject({
        factor: { kind: 'webauthn', credentialId: device.id, aaguid: device.aaguid },
      });
    });

    // The attack: a statement that looks good takes the place of what the device has to show.
    test.each<[string, Tampering]>([
      ['no user present', { flags: 0 }],
      ['another challenge', { clientData: { challenge: 'b2xk' } }],
      ['another page around the frame', { clientData: { topOrigin: 'https://evil.example' } }],
    ])('SR-61: is refused for %s all the same', async (_, tampering) => {
      for (const format of formats) {
        const refused = await register(new SoftwareAuthenticator(), scene, {
          ...tampering,
          statement: { format, content },
        });
        expect(refused, format).toEqual(refusedWith('PASSKEY_INVALID'));
      }
    });

    test('SR-61: is refused on another domain, and if it is no attestation at all', async () => {
      const who = await another('elsewhere');
      const device = new SoftwareAuthenticator();
      const { pending, ceremony } = await begin(who);
      const elsewhere = device.create({ ...ceremony, rpId: 'evil.example' }, { statement: { format: 'tpm', content } });
      const other = { ...elsewhere.response, attestationObject: 'oA' };
      for (const response of [elsewhere, { ...elsewhere, response: other }]) {
        const made = { id: newId(), nameOf: () => 'Key', response };
        expect(await finishPasskeyRegistration(ports, makerOf(who), {}, pending, made)).toEqual(
          refusedWith('PASSKEY_INVALID'),
        );
      }
    });
  });

  test('is refused to another user, and after the browser has stopped waiting', async () => {
    const who = await another('late');
    const { pending, ceremony } = await begin();
    const response = new SoftwareAuthenticator().create(ceremony);
    const made = { id: newId(), nameOf: () => 'Key', response };
    expect(await finishPasskeyRegistration(ports, makerOf(who), {}, pending, made)).toEqual(
      refusedWith('PASSKEY_INVALID'),
    );
    const late = { ...pending, expiresAt: ports.clock.now() };
    expect(await finishPasskeyRegistration(ports, makerOf(scene), {}, late, made)).toEqual(
      refusedWith('PASSKEY_INVALID'),
    );
  });

  // SR-4
  test('SR-4: is refused to a user who was blocked meanwhile', async () => {
    const who = await another('blocked');
    const { pending, ceremony } = await begin(who);
    await runMeanwhile.blockUser(who);
    const response = new SoftwareAuthenticator().create(ceremony);
    const made = { id: newId(), nameOf: () => 'Key', response };
    expect(await finishPasskeyRegistration(ports, makerOf(who), {}, pending, made)).toEqual(
      refusedWith('ACCESS_DENIED'),
    );
    expect(await startPasskeyRegistration(ports, makerOf(who), ORIGIN)).toEqual(refusedWith('ACCESS_DENIED'));
  });

  test('is limited per user', async () => {
    const who = await another('many');
    for (let made = 0; made < MAX_PASSKEYS - 1; made++) unwrap(await register(new SoftwareAuthenticator(), who));
    const [one, other] = [await begin(who), await begin(who)];
    unwrap(await register(new SoftwareAuthenticator(), who));
    expect(await startPasskeyRegistration(ports, makerOf(who), ORIGIN)).toEqual(refusedWith('PASSKEY_LIMIT'));
    for (const { pending, ceremony } of [one, other]) {
      const made = { id: newId(), nameOf: () => 'Key', response: new SoftwareAuthenticator().create(ceremony) };
      expect(await finishPasskeyRegistration(ports, makerOf(who), {}, pending, made)).toEqual(
        refusedWith('PASSKEY_LIMIT'),
      );
    }
  });
});

describe('one credential belongs to one user', () => {
  test('a second registration is refused, also to its owner', async () => {
    const who = await another('second');
    const device = new SoftwareAuthenticator();
    const { token } = unwrap(await register(device));
    expect(await register(device, who)).toEqual(refusedWith('PASSKEY_TAKEN'));
    expect(await register(device)).toEqual(refusedWith('PASSKEY_TAKEN'));
    expect((await findPasskey(ports, scene.account, device.id))?.id).toBe(scene.user.id);
    expect(await read(ports, tokenDocument.key(token.id))).toBeDefined();
  });

  test('in another account it is another', async () => {
    const elsewhere = await createFixture(ports);
    const device = new SoftwareAuthenticator();
    unwrap(await register(device));
    unwrap(await register(device, elsewhere));
    expect((await findPasskey(ports, elsewhere.account, device.id))?.id).toBe(elsewhere.user.id);
  });

  test('of many simultaneous registrations one succeeds, and the others leave nothing behind', async () => {
    const people = await Promise.all(['race-1', 'race-2', 'race-3', 'race-4'].map(another));
    const device = new SoftwareAuthenticator();
    const begun = await Promise.all(people.map((who) => begin(who)));
    const verdicts = await Promise.all(
      begun.map(({ pending, ceremony }, at) => {
        const made = { id: newId(), nameOf: () => 'Key', response: device.create(ceremony) };
        return finishPasskeyRegistration(ports, makerOf(people[at] ?? scene), {}, pending, made);
      }),
    );
    const winners = verdicts.filter((verdict) => 'token' in verdict);
    expect(winners.length).toBeLessThanOrEqual(1);
    const owner = await findPasskey(ports, scene.account, device.id);
    const [winner] = winners;
    expect(owner?.id).toBe(winner && 'token' in winner ? winner.token.owner : undefined);
  });

  test('the leftover of a crashed registration is no obstacle', async () => {
    const device = new SoftwareAuthenticator();
    ports.store.intercept = {
      commit: (change, go) => (touches(change, 'token') ? Promise.reject(new Error('killed')) : go()),
    };
    await expect(register(device)).rejects.toThrow('killed');
    ports.store.intercept = {};
    expect(await findPasskey(ports, scene.account, device.id)).toBeUndefined();
    unwrap(await register(device));
    expect((await findPasskey(ports, scene.account, device.id))?.id).toBe(scene.user.id);
  });

  test('deleted, it may be registered again; given to another user it may not be', async () => {
    const who = await another('receiver');
    const device = new SoftwareAuthenticator();
    const { token } = unwrap(await register(device));
    expect(await updateToken(ports, scene.account, token.id, { owner: who.user.id })).toEqual(
      refusedWith('TOKEN_KIND_UNFIT'),
    );
    unwrap(await deleteToken(ports, operatorContext(scene.account), token.id));
    expect(await findPasskey(ports, scene.account, device.id)).toBeUndefined();
    unwrap(await register(device, who));
    expect((await findPasskey(ports, scene.account, device.id))?.id).toBe(who.user.id);
  });
});
