import type { EnrolmentKind } from '@countersign/protocol/tokens';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { operatorContext, updateUser } from '../../testing/as-operator.ts';
import { anotherCode, freshAddress } from '../../testing/devices/sent-device.ts';
import { createFixture, type Fixture, type FixtureOptions, read, unwrap } from '../../testing/fixtures.ts';
import { LoginDriver } from '../../testing/login-driver.ts';
import { openTestPorts, type TestPorts } from '../../testing/test-ports.ts';
import { totpApp } from '../../testing/totp-app.ts';
import { tokenDocument, tokenIndexes } from '../../tokens/documents.ts';
import { userDocument } from '../../users/documents.ts';
import { enrolmentTriesDocument } from './documents.ts';
import { sendEnrolmentLink } from './send-enrolment-link.ts';

let ports: TestPorts;
beforeAll(async () => {
  ports = await openTestPorts('enrolment of sent codes');
});
afterAll(() => ports.close());
beforeEach(() => {
  ports.codes.down = false;
});

function setStage(kind: EnrolmentKind = 'sms', options: FixtureOptions = {}): Promise<Fixture> {
  return createFixture(ports, {
    ...options,
    resource: {
      enrolment: { kinds: [kind], required: true },
      tokenKinds: ['sms', 'email', 'recovery'],
      failedAttemptsBeforeLock: 5,
      ...options.resource,
    },
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
const sentTo = async (scene: Fixture) => {
  const tokens = await Promise.all((await ownedBy(scene)).map((id) => read(ports, tokenDocument.key(id as never))));
  return tokens.flatMap(({ factor }) => ('to' in factor ? [factor.to] : []));
};
const mailboxOf = ({ user }: Fixture) => user.email ?? '';

// The attack: a thief of the password names their own phone or mailbox.
describe('codes are sent', () => {
  test('only to the number on record, which is shown masked', async () => {
    const [phone, mine] = [freshAddress('sms'), freshAddress('sms')];
    const scene = await setStage('sms', { user: { phone } });
    const walk = await toEnrol(scene);
    expect(walk.view.enrol).toMatchObject({ kind: 'sms', to: `•••${phone.slice(-2)}` });
    expect(JSON.stringify(walk.view)).not.toContain(phone);
    expect(await walk.sendFirst(mine)).toMatchObject({ error: { code: 'STEP_NOT_EXPECTED' } });
    expect(ports.codes.to(mine)).toEqual([]);
    await walk.sendFirst();
    expect(walk.view.sent).toMatchObject({ to: `•••${phone.slice(-2)}`, resendAfterMs: 30_000 });
    expect(await walk.enrol(ports.codes.last(phone).code)).toMatchObject({ step: 'codes' });
    expect(await sentTo(scene)).toEqual([phone]);
  });

  test('only to the mailbox on record, whatever the user enters', async () => {
    const scene = await setStage('email');
    const walk = await toEnrol(scene);
    expect(await walk.sendFirst('mallory@evil.example')).toMatchObject({ error: { code: 'STEP_NOT_EXPECTED' } });
    expect(ports.codes.to('mallory@evil.example')).toEqual([]);
    await walk.sendFirst();
    expect(await walk.enrol(ports.codes.last(mailboxOf(scene)).code)).toMatchObject({ step: 'codes' });
    expect(await sentTo(scene)).toEqual([mailboxOf(scene)]);
  });

  test('to the number that a user without one enters, if it is valid', async () => {
    const scene = await setStage();
    const walk = await toEnrol(scene);
    expect(walk.view.enrol).not.toHaveProperty('to');
    for (const phone of [undefined, '015111111111', '+49 151 1111', 'alice@shop.example']) {
      expect(await walk.sendFirst(phone)).toMatchObject({ error: { code: 'PHONE_MALFORMED' } });
    }
    const phone = freshAddress('sms');
    await walk.sendFirst(phone);
    expect(await walk.enrol(ports.codes.last(phone).code)).toMatchObject({ step: 'codes' });
    expect(await sentTo(scene)).toEqual([phone]);
    // Only an administrator or backend changes the number on record.
    expect((await read(ports, userDocument.key(scene.user.id))).phone).toBeUndefined();
  });
});

describe('a changed number', () => {
  test('in the same sign-in: a code of the first number creates no token for the second', async () => {
    const scene = await setStage();
    const [victims, mine] = [freshAddress('sms'), freshAddress('sms')];
    const walk = await toEnrol(scene);
    await walk.sendFirst(mine);
    const { code } = ports.codes.last(mine);
    await walk.sendFirst(victims);
    expect(await walk.enrol(code)).toMatchObject({ error: { code: 'OTP_WRONG' } });
    expect(await ownedBy(scene)).toEqual([]);
    expect(await walk.enrol(ports.codes.last(victims).code)).toMatchObject({ step: 'codes' });
    expect(await sentTo(scene)).toEqual([victims]);
  });

  test('and changed back: the earlier code is not valid again', async () => {
    const walk = await toEnrol(await setStage());
    const [one, other] = [freshAddress('sms'), freshAddress('sms')];
    await walk.sendFirst(one);
    const { code } = ports.codes.last(one);
    await walk.sendFirst(other);
    await walk.sendFirst(one);
    expect(await walk.enrol(code)).toMatchObject({ error: { code: 'OTP_WRONG' } });
    expect(await walk.enrol(ports.codes.last(one).code)).toMatchObject({ step: 'codes' });
  });

  test.each(['sms', 'email'] as const)(
    'on record, between sending and typing (%s): the old number creates no token',
    async (kind) => {
      const scene = await setStage(kind, { user: { phone: freshAddress('sms') } });
      const walk = await toEnrol(scene);
      await walk.sendFirst();
      const { code } = ports.codes.sent.at(-1) ?? { code: '' };
      const change = kind === 'sms' ? { phone: freshAddress('sms') } : { email: freshAddress('email') };
      unwrap(await updateUser(ports, scene.account, scene.user.id, change));
      expect(await walk.enrol(code)).toMatchObject({ step: 'denied', error: { code: 'ACCESS_DENIED' } });
      expect(await ownedBy(scene)).toEqual([]);
    },
  );

  test('on record, in the commit that assigns: the token is discarded', async () => {
    const scene = await setStage('email');
    const walk = await toEnrol(scene);
    await walk.sendFirst();
    const { code } = ports.codes.last(mailboxOf(scene));
    let isChanged = false;
    ports.store.intercept.commit = async (change, go) => {
      const makes = (change.append ?? []).some((event) => Object(event).type === 'token.created');
      const outcome = await go();
      if (makes && !isChanged) {
        isChanged = true;
        unwrap(await updateUser(ports, scene.account, scene.user.id, { email: freshAddress('email') }));
      }
      return outcome;
    };
    expect(await walk.enrol(code)).toMatchObject({ step: 'denied' });
    ports.store.intercept = {};
    expect(isChanged).toBe(true);
    expect(await ownedBy(scene)).toEqual([]);
  });
});

// SR-2, SR-14, SR-15
describe('guessing the code', () => {
  test('SR-2: over any number of sign-ins, guesses are as limited as for one token', async () => {
    const scene = await setStage('email');
    const walks = await Promise.all(Array.from({ length: 20 }, () => toEnrol(scene)));
    // The limits on sent codes would end it sooner.
    for (const walk of walks) {
      ports.clock.advance(1);
      await walk.sendFirst();
    }
    const asked = walks.filter(({ view }) => view.sent);
    const { code } = ports.codes.last(mailboxOf(scene));
    const codes: string[] = [];
    for (let round = 0; round < 4; round++) {
      await Promise.all(asked.map((walk) => walk.enrol(anotherCode(anotherCode(code)))));
      codes.push(...asked.map(({ view }) => view.error?.code ?? view.step));
    }
    expect(codes.filter((one) => one === 'OTP_WRONG')).toHaveLength(6);
    expect(new Set(codes)).toEqual(new Set(['OTP_WRONG', 'ENROLMENT_LOCKED']));
    // The valid code is refused too, in a new sign-in and a day later.
    expect(await asked.at(-1)?.enrol(code)).toMatchObject({ error: { code: 'ENROLMENT_LOCKED' } });
    ports.clock.advance(86_400_000);
    const later = await toEnrol(scene);
    await later.sendFirst();
    const fresh = ports.codes.last(mailboxOf(scene)).code;
    expect(await later.enrol(fresh)).toMatchObject({ step: 'enrol', error: { code: 'ENROLMENT_LOCKED' } });
    expect(await ownedBy(scene)).toEqual([]);
  });

  test('counts no try without a valid code', async () => {
    const scene = await setStage('email');
    const walk = await toEnrol(scene);
    expect(await walk.enrol('123456')).toMatchObject({ error: { code: 'NOTHING_ASKED' } });
    await walk.sendFirst();
    ports.clock.advance(300_000);
    const { code } = ports.codes.last(mailboxOf(scene));
    expect(await walk.enrol(code)).toMatchObject({ error: { code: 'NOTHING_ASKED' } });
    const [tries] = await ports.store.getMany([enrolmentTriesDocument.key(scene.user.id)], ports.clock.now());
    expect(tries).toBeUndefined();
  });

  test('a code of one sign-in is invalid in another', async () => {
    const scene = await setStage('email');
    const [mine, theirs] = [await toEnrol(scene), await toEnrol(scene)];
    await mine.sendFirst();
    const { code } = ports.codes.last(mailboxOf(scene));
    expect(await theirs.enrol(code)).toMatchObject({ error: { code: 'NOTHING_ASKED' } });
    await theirs.sendFirst();
    expect(await theirs.enrol(code)).toMatchObject({ error: { code: 'OTP_WRONG' } });
  });
});

// SR-48
describe('SR-48: sent codes', () => {
  test('are limited per address, however often the enrolment restarts', async () => {
    const scene = await setStage('email');
    for (let at = 0; at < 12; at++) await (await toEnrol(scene)).sendFirst();
    expect(ports.codes.to(mailboxOf(scene))).toHaveLength(5);
    const walk = await toEnrol(scene);
    expect(await walk.sendFirst()).toMatchObject({ step: 'enrol', error: { code: 'CODE_LIMIT' } });
  });

  test('are limited per user who enters a new number each time, in this sign-in or a new one', async () => {
    const scene = await setStage();
    const numbers = Array.from({ length: 16 }, () => freshAddress('sms'));
    const walk = await toEnrol(scene);
    for (const phone of numbers.slice(0, 8)) await walk.sendFirst(phone);
    for (const phone of numbers.slice(8)) await (await toEnrol(scene)).sendFirst(phone);
    expect(numbers.flatMap((phone) => ports.codes.to(phone))).toHaveLength(5);
    ports.clock.advance(15 * 60_000);
    for (const phone of numbers) await (await toEnrol(scene)).sendFirst(phone);
    ports.clock.advance(15 * 60_000);
    for (const phone of numbers) await (await toEnrol(scene)).sendFirst(phone);
    expect(numbers.flatMap((phone) => ports.codes.to(phone))).toHaveLength(10);
  });

  test('are sent at most every 30 seconds, and a double click sends one', async () => {
    const scene = await setStage('email');
    const walk = await toEnrol(scene);
    await Promise.all(Array.from({ length: 10 }, () => walk.sendFirst(undefined, walk.view.seq)));
    await walk.sendFirst();
    expect(walk.view.error).toBeUndefined();
    expect(ports.codes.to(mailboxOf(scene))).toHaveLength(1);
    ports.clock.advance(30_000);
    await walk.sendFirst();
    const [first, second] = ports.codes.to(mailboxOf(scene));
    expect(await walk.enrol(first?.code ?? '')).toMatchObject({ error: { code: 'OTP_WRONG' } });
    expect(await walk.enrol(second?.code ?? '')).toMatchObject({ step: 'codes' });
  });

  test('that no gateway accepted are void, are reported, and can be requested again', async () => {
    const scene = await setStage('email');
    const walk = await toEnrol(scene);
    ports.codes.down = true;
    expect(await walk.sendFirst()).toMatchObject({ step: 'enrol', error: { code: 'CODE_NOT_SENT' } });
    expect(walk.view.sent).toBeUndefined();
    ports.codes.down = false;
    await walk.sendFirst();
    expect(await walk.enrol(ports.codes.last(mailboxOf(scene)).code)).toMatchObject({ step: 'codes' });
  });

  test('have events and are stored in no document', async () => {
    const scene = await setStage('email');
    const walk = await toEnrol(scene);
    const before = ports.store.commits.length;
    await walk.sendFirst();
    const changes = ports.store.commits.slice(before).map(({ change }) => change);
    // Search for the whole value: six digits can occur in any timestamp.
    expect(JSON.stringify(changes)).not.toContain(`"${ports.codes.last(mailboxOf(scene)).code}"`);
    const events = changes.flatMap(({ append = [] }) => append);
    expect(events).toMatchObject([{ type: 'code.sent', actor: { kind: 'user', id: scene.user.id } }]);
  });
});

test('an enrolment link resets the tries, and so does a token set up another way', async () => {
  const scene = await setStage('email', {
    resource: {
      enrolment: { kinds: ['email', 'totp'], required: true },
      tokenKinds: ['email', 'totp', 'recovery'],
      failedAttemptsBeforeLock: 3,
    },
  });
  const burn = async () => {
    const walk = await toEnrol(scene);
    await walk.chooseKind('email');
    await walk.sendFirst();
    const wrong = anotherCode(ports.codes.last(scene.user.email ?? '').code);
    for (let at = 0; at < 5; at++) await walk.enrol(wrong);
    expect(walk.view.error?.code).toBe('ENROLMENT_LOCKED');
    return walk;
  };
  await burn();
  unwrap(
    await sendEnrolmentLink(ports, operatorContext(scene.account), scene.user.id, {
      resource: scene.resource.id,
      language: 'en',
    }),
  );
  const walk = await burn();
  await walk.chooseKind('totp');
  expect(await walk.enrol(totpApp(walk.view).code(ports.clock.now()))).toMatchObject({ step: 'codes' });
  const [left] = await ports.store.getMany([enrolmentTriesDocument.key(scene.user.id)], ports.clock.now());
  expect(left).toBeUndefined();
});
