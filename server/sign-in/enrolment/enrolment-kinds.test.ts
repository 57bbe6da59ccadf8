import { ENROLMENT_KINDS, type EnrolmentKind, type TokenKind } from '@countersign/protocol/tokens';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { isRefusal } from '../../kernel/result.ts';
import { updateResource } from '../../testing/as-operator.ts';
import { DEVICE_KINDS } from '../../testing/devices/device-kinds.ts';
import { inTheFrame } from '../../testing/devices/passkey-device.ts';
import { freshAddress } from '../../testing/devices/sent-device.ts';
import {
  addUser,
  createFixture,
  type Fixture,
  type FixtureOptions,
  overwrite,
  read,
  runMeanwhile,
  setState,
  unwrap,
} from '../../testing/fixtures.ts';
import { LoginDriver } from '../../testing/login-driver.ts';
import { SoftwareAuthenticator } from '../../testing/software-authenticator.ts';
import { openTestPorts, type TestPorts } from '../../testing/test-ports.ts';
import { totpApp } from '../../testing/totp-app.ts';
import { credentialClaimDocument, tokenDocument, tokenIndexes } from '../../tokens/documents.ts';
import { credentialHash } from '../../tokens/kinds/passkey/claim-credential.ts';
import { findPasskey } from '../../tokens/kinds/passkey/find-passkey.ts';
import { userDocument } from '../../users/documents.ts';
import { flowDocument } from '../documents.ts';

let ports: TestPorts;
beforeAll(async () => {
  ports = await openTestPorts('enrolment of every kind');
});
afterAll(() => ports.close());
beforeEach(() => {
  ports.codes.channels = ['sms', 'email'];
  ports.codes.down = false;
  ports.store.intercept = {};
});

const ALL_KINDS: TokenKind[] = ['webauthn', 'totp', 'hotp', 'ocra', 'sms', 'email', 'recovery'];

/** A user without a token, with an email address, and with a phone number if one is given. */
function setStage(kinds: EnrolmentKind[], options: FixtureOptions = {}): Promise<Fixture> {
  return createFixture(ports, {
    ...options,
    resource: { enrolment: { kinds, required: true }, tokenKinds: ALL_KINDS, ...options.resource },
    user: { email: freshAddress('email'), ...options.user },
  });
}

async function toEnrol(scene: Fixture): Promise<LoginDriver> {
  const walk = await LoginDriver.begin(scene);
  await walk.identify();
  await walk.password();
  return walk;
}

const ownedBy = async ({ account, user }: Fixture) =>
  (await ports.store.range(tokenIndexes.ofOwner(account, user.id), { limit: 100 })).map(({ id }) => id);
const userOf = ({ user }: Fixture) => read(ports, userDocument.key(user.id));
const claimsOf = (scene: Fixture, { view }: LoginDriver) =>
  ports.signer.verify(view.result ?? '', { audience: scene.resource.id, now: ports.clock.now() });

/** A device's response to the challenge on the screen. */
function passkeyOf({ view }: LoginDriver, device = new SoftwareAuthenticator()) {
  if (view.enrol?.kind !== 'webauthn') throw new Error(`no passkey is asked for at ${view.step}`);
  const { challenge, rp, user } = view.enrol.creation;
  return device.create({ ...inTheFrame({ challenge, rpId: rp.id }), userHandle: user.id });
}

/** Sets up a token of a kind up to its first proof; returns a function that gives the proof. */
async function ready(
  walk: LoginDriver,
  kind: EnrolmentKind,
): Promise<(seq?: number) => ReturnType<LoginDriver['enrol']>> {
  if (kind === 'totp') {
    const code = totpApp(walk.view).code(ports.clock.now());
    return (seq) => walk.enrol(code, seq);
  }
  if (kind === 'webauthn') {
    const response = passkeyOf(walk);
    return (seq) => walk.enrolPasskey(response, seq);
  }
  await walk.sendFirst(kind === 'sms' ? freshAddress('sms') : undefined);
  const { code } = ports.codes.sent.at(-1) ?? { code: '' };
  return (seq) => walk.enrol(code, seq);
}

const AMR: Record<EnrolmentKind, string[]> = {
  webauthn: ['pwd', 'hwk', 'mfa'],
  totp: ['pwd', 'otp', 'mfa'],
  email: ['pwd', 'otp', 'mfa'],
  sms: ['pwd', 'otp', 'sms', 'mfa'],
};

describe.each(ENROLMENT_KINDS)('%s', (kind) => {
  test('is set up at the first sign-in, with recovery codes, and counts as its second factor', async () => {
    const scene = await setStage([kind]);
    const walk = await toEnrol(scene);
    expect(walk.view).toMatchObject({ step: 'enrol', enrol: { kinds: [kind], kind, mayWait: false } });
    const prove = await ready(walk, kind);
    expect(await ownedBy(scene)).toEqual([]);
    expect(await prove()).toMatchObject({ step: 'codes' });
    expect(walk.view.codes).toHaveLength(10);
    expect(await walk.confirmCodes()).toMatchObject({ step: 'done' });
    expect(await claimsOf(scene, walk)).toMatchObject({ amr: AMR[kind], acr: '2', otp: 'verified' });
    const tokens = await Promise.all((await ownedBy(scene)).map((id) => read(ports, tokenDocument.key(id as never))));
    expect(tokens.map(({ factor }) => factor.kind).sort()).toEqual([kind, 'recovery'].sort());
    const user = await userOf(scene);
    expect([...(user.enrolled ?? [])].sort()).toEqual(tokens.map(({ id }) => id).sort());
    expect(user.assignments[0]?.tokens).toHaveLength(2);
    const change = kind === 'webauthn' ? 'passkey-added' : 'token-added';
    expect(ports.courier.last('security-notice', user.email ?? '')).toMatchObject({ change });
    const names = tokens.map(({ name }) => name);
    expect(new Set(names).size).toBe(2);
    expect(names).not.toContain(user.login);
  });

  test('records one event for each object that is created', async () => {
    const scene = await setStage([kind]);
    const walk = await toEnrol(scene);
    const prove = await ready(walk, kind);
    const before = ports.store.commits.length;
    await prove();
    const events = ports.store.commits.slice(before).flatMap(({ change }) => change.append ?? []) as {
      type?: string;
    }[];
    expect(events.map(({ type }) => type)).toEqual(['token.created', 'token.created', 'assignment.created']);
  });

  // SR-1
  test('SR-1: 50 simultaneous requests with the right proof create one token', async () => {
    const scene = await setStage([kind]);
    const walk = await toEnrol(scene);
    const prove = await ready(walk, kind);
    const { seq } = walk.view;
    const answers = await Promise.all(Array.from({ length: 50 }, () => prove(seq)));
    expect(answers.filter((answer) => !isRefusal(answer))).toHaveLength(1);
    expect(await ownedBy(scene)).toHaveLength(2);
  });

  test('of many sign-ins with one password one sets it up, and the others leave nothing behind', async () => {
    const scene = await setStage([kind]);
    const walks = await Promise.all(Array.from({ length: 4 }, () => toEnrol(scene)));
    const proofs = [];
    for (const walk of walks) proofs.push(await ready(walk, kind));
    await Promise.all(proofs.map((prove) => prove()));
    expect(walks.map(({ view }) => view.step).sort()).toEqual(['codes', 'denied', 'denied', 'denied']);
    expect(await ownedBy(scene)).toHaveLength(2);
  });

  // SR-4, SR-38, SR-39
  test.each(['blockUser', 'changePassword', 'disableResource'] as const)('is not set up after %s', async (change) => {
    const scene = await setStage([kind]);
    const walk = await toEnrol(scene);
    const prove = await ready(walk, kind);
    await runMeanwhile[change](scene);
    expect(await prove()).toMatchObject({ step: 'denied' });
    expect(await ownedBy(scene)).toEqual([]);
  });

  test('is not set up once the policy no longer names it', async () => {
    const scene = await setStage([kind]);
    const walk = await toEnrol(scene);
    const prove = await ready(walk, kind);
    const other = kind === 'totp' ? 'webauthn' : 'totp';
    const enrolment = { kinds: [other as EnrolmentKind], required: true };
    unwrap(await updateResource(ports, scene.account, scene.resource.id, { enrolment }));
    expect(await prove()).toMatchObject({ step: 'denied' });
    expect(await ownedBy(scene)).toEqual([]);
  });

  test('continues in the same sign-in after an attempt that failed before the assignment', async () => {
    const scene = await setStage([kind]);
    const walk = await toEnrol(scene);
    const prove = await ready(walk, kind);
    ports.store.intercept.commit = (change, go) => {
      if (change.anchor === scene.user.id && change.append) throw new Error('killed');
      return go();
    };
    await expect(prove()).rejects.toThrow();
    ports.store.intercept = {};
    // The leftover does not count as the user's token.
    expect((await toEnrol(scene)).view.step).toBe('enrol');
    ports.clock.advance(30_000);
    // An app is at its next code by now; everything else is repeated unchanged.
    const again = kind === 'totp' ? await ready(walk, kind) : prove;
    expect(await again()).toMatchObject({ step: 'codes' });
    expect(await ownedBy(scene)).toHaveLength(2);
  });

  test('completes as usual after an attempt that failed right after the assignment', async () => {
    const scene = await setStage([kind]);
    const walk = await toEnrol(scene);
    const prove = await ready(walk, kind);
    const before = await read(ports, flowDocument.key(walk.handle.split('.')[0] as never));
    await prove();
    const { codes } = walk.view;
    await overwrite(ports, flowDocument.key(before.id), before);
    expect(await prove(before.seq)).toMatchObject({ step: 'codes', codes });
    await walk.confirmCodes();
    expect(await claimsOf(scene, walk)).toMatchObject({ amr: AMR[kind], acr: '2' });
    expect(await ownedBy(scene)).toHaveLength(2);
  });
});

// SR-5: the attacker has the password alone.
describe.each(DEVICE_KINDS.filter(({ kind }) => kind !== 'recovery'))('with a locked $kind', (device) => {
  test('the thief of a password is offered no kind of token', async () => {
    const scene = await setStage([...ENROLMENT_KINDS]);
    const { token } = await device.give(scene);
    unwrap(
      await updateResource(ports, scene.account, scene.resource.id, {
        tokenKinds: ALL_KINDS,
        enrolment: { kinds: [...ENROLMENT_KINDS], required: true },
      }),
    );
    await setState(ports, scene.account, token, 'locked');
    const walk = await toEnrol(scene);
    expect(walk.view).toMatchObject({ step: 'denied', error: { code: 'TOKEN_LOCKED' } });
    expect(await walk.chooseKind('totp')).toMatchObject({ refused: 'STEP_NOT_EXPECTED' });
  });
});

describe('choosing a kind', () => {
  const choice = async (kinds: EnrolmentKind[] = [...ENROLMENT_KINDS], options: FixtureOptions = {}) => {
    const scene = await setStage(kinds, options);
    return { scene, walk: await toEnrol(scene) };
  };

  test('comes first if there are several, the recommended kind first, whatever the order in the policy', async () => {
    const { walk } = await choice(['sms', 'email', 'totp', 'webauthn']);
    expect(walk.view.enrol).toEqual({ kinds: ['webauthn', 'totp', 'email', 'sms'], mayWait: false });
    expect(await walk.chooseKind('totp')).toMatchObject({ step: 'enrol', enrol: { kind: 'totp' } });
    expect(await walk.chooseKind('email')).toMatchObject({ step: 'enrol', enrol: { kind: 'email' } });
    await walk.chooseKind();
    expect(walk.view.enrol).toEqual({ kinds: ['webauthn', 'totp', 'email', 'sms'], mayWait: false });
    expect(walk.view.error).toBeUndefined();
  });

  test('refuses a kind that the policy does not name', async () => {
    const { scene, walk } = await choice(['webauthn', 'totp']);
    for (const kind of ['sms', 'email'] as const) {
      expect(await walk.chooseKind(kind)).toMatchObject({ error: { code: 'STEP_NOT_EXPECTED' } });
      expect(await walk.sendFirst('+4915199999999')).toMatchObject({ error: { code: 'STEP_NOT_EXPECTED' } });
    }
    expect(walk.view.enrol?.kind).toBeUndefined();
    expect(ports.codes.to('+4915199999999')).toEqual([]);
    expect(await ownedBy(scene)).toEqual([]);
  });

  test('accepts no proof before a kind is chosen, and none for another kind', async () => {
    const { walk } = await choice();
    expect(await walk.enrol('123456')).toMatchObject({ error: { code: 'STEP_NOT_EXPECTED' } });
    await walk.chooseKind('webauthn');
    const response = passkeyOf(walk);
    expect(await walk.enrol('123456')).toMatchObject({ error: { code: 'STEP_NOT_EXPECTED' } });
    await walk.chooseKind('totp');
    expect(await walk.enrolPasskey(response)).toMatchObject({ error: { code: 'STEP_NOT_EXPECTED' } });
  });

  test('does not offer a kind without a sender or an address', async () => {
    ports.codes.channels = ['email'];
    expect((await choice()).walk.view.enrol?.kinds).toEqual(['webauthn', 'totp', 'email']);
    ports.codes.channels = [];
    expect((await choice()).walk.view.enrol?.kinds).toEqual(['webauthn', 'totp']);
    ports.codes.channels = ['sms', 'email'];
    const unknown = await choice([...ENROLMENT_KINDS], { user: { email: undefined } } as FixtureOptions);
    expect(unknown.walk.view.enrol?.kinds).toEqual(['webauthn', 'totp', 'sms']);
    // A known number that is not in international format.
    const national = await choice([...ENROLMENT_KINDS], { user: { phone: '4915111111111' } });
    expect(national.walk.view.enrol?.kinds).toEqual(['webauthn', 'totp', 'email']);
  });

  // SR-3
  test('SR-3: if no required kind is available, the sign-in does not complete', async () => {
    ports.codes.channels = [];
    const { walk } = await choice(['sms', 'email']);
    expect(walk.view).toMatchObject({ step: 'enrol', enrol: { kinds: [], mayWait: false } });
    expect(await walk.later()).toMatchObject({ step: 'enrol', error: { code: 'ENROLMENT_REQUIRED' } });
    expect(walk.view.result).toBeUndefined();
  });

  test('a phone that reloads the page gets the same token and recovery codes', async () => {
    const { walk } = await choice();
    await walk.chooseKind('webauthn');
    expect(await walk.look()).toMatchObject({ enrol: walk.view.enrol });
  });
});

describe('a passkey', () => {
  // SR-61
  test('SR-61: the response of another sign-in is refused, even one of the same user', async () => {
    const scene = await setStage(['webauthn']);
    const [mine, other] = [await toEnrol(scene), await toEnrol(scene)];
    expect(await mine.enrolPasskey(passkeyOf(other))).toMatchObject({
      step: 'enrol',
      error: { code: 'PASSKEY_INVALID' },
    });
    expect(await ownedBy(scene)).toEqual([]);
  });

  test('SR-61: a challenge accepts one response, right or wrong', async () => {
    const walk = await toEnrol(await setStage(['webauthn']));
    const right = passkeyOf(walk);
    const wrong = { ...right, id: new SoftwareAuthenticator().id };
    expect(await walk.enrolPasskey(wrong)).toMatchObject({ error: { code: 'PASSKEY_INVALID' } });
    expect(await walk.enrolPasskey(right)).toMatchObject({ error: { code: 'PASSKEY_INVALID' } });
    expect(await walk.enrolPasskey(passkeyOf(walk))).toMatchObject({ step: 'codes' });
  });

  test.each([
    ['of another page around the frame', { clientData: { topOrigin: 'https://evil.example' } }],
    ['of another origin', { clientData: { origin: 'https://evil.example' } }],
    ['of a sign-in and not a registration', { clientData: { type: 'webauthn.get' } }],
  ])('SR-61: %s is refused', async (_, tampering) => {
    const scene = await setStage(['webauthn']);
    const walk = await toEnrol(scene);
    if (walk.view.enrol?.kind !== 'webauthn') throw new Error('none is asked for');
    const { challenge, rp, user } = walk.view.enrol.creation;
    const ceremony = { ...inTheFrame({ challenge, rpId: rp.id }), userHandle: user.id };
    const response = new SoftwareAuthenticator().create(ceremony, tampering);
    expect(await walk.enrolPasskey(response)).toMatchObject({ error: { code: 'PASSKEY_INVALID' } });
    expect(await ownedBy(scene)).toEqual([]);
  });

  test('created in a window of the service, outside a page, is accepted', async () => {
    const walk = await toEnrol(await setStage(['webauthn']));
    if (walk.view.enrol?.kind !== 'webauthn') throw new Error('none is asked for');
    const { challenge, rp, user } = walk.view.enrol.creation;
    const response = new SoftwareAuthenticator({ synced: true }).create({
      challenge,
      rpId: rp.id,
      origin: ports.issuer,
      userHandle: user.id,
    });
    expect(await walk.enrolPasskey(response)).toMatchObject({ step: 'codes' });
  });

  test('that claims user verification is not believed: its own claims are unsigned', async () => {
    const scene = await setStage(['webauthn']);
    const walk = await toEnrol(scene);
    await walk.enrolPasskey(passkeyOf(walk, new SoftwareAuthenticator({ synced: true })));
    await walk.confirmCodes();
    expect(await claimsOf(scene, walk)).toMatchObject({ amr: ['pwd', 'swk', 'mfa'] });
  });

  test('of another user is refused and stays theirs', async () => {
    const device = new SoftwareAuthenticator();
    const first = await setStage(['webauthn']);
    const walk = await toEnrol(first);
    await walk.enrolPasskey(passkeyOf(walk, device));
    // The same account, another user.
    const second = await addUser(ports, first.account, first.resource, { user: { login: 'bob' } });
    const theirs = await toEnrol(second);
    expect(await theirs.enrolPasskey(passkeyOf(theirs, device))).toMatchObject({ error: { code: 'PASSKEY_TAKEN' } });
    expect((await findPasskey(ports, first.account, device.id))?.id).toBe(first.user.id);
  });

  test('identifies its owner by an opaque id and excludes a passkey from a failed attempt', async () => {
    const scene = await setStage(['webauthn']);
    const walk = await toEnrol(scene);
    if (walk.view.enrol?.kind !== 'webauthn') throw new Error('none is asked for');
    expect(Buffer.from(walk.view.enrol.creation.user.id, 'base64url').toString()).toBe(scene.user.id);
    const device = new SoftwareAuthenticator();
    const response = passkeyOf(walk, device);
    ports.store.intercept.commit = (change, go) => {
      if (change.anchor === scene.user.id && change.append) throw new Error('killed');
      return go();
    };
    await expect(walk.enrolPasskey(response)).rejects.toThrow();
    ports.store.intercept = {};
    expect(await walk.look()).toMatchObject({ enrol: { creation: { excludeCredentials: [] } } });
    ports.clock.advance(30_000);
    // The device has replaced it: the second passkey is the token, and the first belongs to no user.
    const replaced = new SoftwareAuthenticator();
    expect(await walk.enrolPasskey(passkeyOf(walk, replaced))).toMatchObject({ step: 'codes' });
    expect((await findPasskey(ports, scene.account, replaced.id))?.id).toBe(scene.user.id);
    expect(await findPasskey(ports, scene.account, device.id)).toBeUndefined();
    expect(await ownedBy(scene)).toHaveLength(2);
    const claim = credentialClaimDocument.key(scene.account, credentialHash(device.id));
    expect(await ports.store.getMany([claim], ports.clock.now())).toEqual([undefined]);
  });
});
