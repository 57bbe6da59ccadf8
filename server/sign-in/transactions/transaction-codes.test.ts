import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { composeMail } from '../../composition/compose-mail.ts';
import { isRefusal } from '../../kernel/result.ts';
import { composeText } from '../../messages/sms/compose-text.ts';
import { operatorContext, updateResource } from '../../testing/as-operator.ts';
import { freshAddress, giveSent } from '../../testing/devices/sent-device.ts';
import { birth, createFixture, type Fixture, NONCE, unwrap } from '../../testing/fixtures.ts';
import { LoginDriver } from '../../testing/login-driver.ts';
import { openTestPorts, type TestPorts } from '../../testing/test-ports.ts';
import { createTransaction } from './create-transaction.ts';

// SR-45: the message of a code names the transaction that it confirms, and the code confirms no other.

let ports: TestPorts;
beforeAll(async () => {
  ports = await openTestPorts('transaction codes');
});
afterAll(() => ports.close());

const FIELDS = [
  { label: 'Amount', value: '1,250.00 EUR' },
  { label: 'To', value: 'Олена <b>Коваль</b> & שלום' },
];
const OTHER = [{ label: 'Amount', value: '9,999.00 EUR' }];

async function person(kind: 'sms' | 'email' = 'email') {
  const scene = await createFixture(ports);
  const to = freshAddress(kind);
  const { id } = await giveSent(scene, kind, to);
  if (kind === 'sms') unwrap(await updateResource(ports, scene.account, scene.resource.id, { tokenKinds: ['sms'] }));
  return { scene, to, token: id };
}

const create = ({ account, resource, user }: Fixture, fields: readonly { label: string; value: string }[]) =>
  createTransaction(ports, operatorContext(account), birth(ports, 'flw'), {
    resource: resource.id,
    user: user.login,
    nonce: NONCE,
    fields,
  });

async function begin(scene: Fixture, fields: readonly { label: string; value: string }[]): Promise<LoginDriver> {
  return LoginDriver.begin(scene, { loginRequest: unwrap(await create(scene, fields)).loginRequest });
}

describe.each(['sms', 'email'] as const)('%s', (kind) => {
  test('SR-45: the code for one transaction confirms no other, and signs no user in', async () => {
    const { scene, to, token } = await person(kind);
    const [harmless, harmful] = [await begin(scene, FIELDS), await begin(scene, OTHER)];
    unwrap(await harmless.choose(token));
    const { code } = ports.codes.last(to);
    unwrap(await harmful.choose(token));
    const another = ports.codes.last(to).code;
    expect(another).not.toBe(code);
    expect(await harmful.sign(code)).toMatchObject({ step: 'sign', error: { code: 'OTP_WRONG' } });
    const login = await LoginDriver.toOtp(scene);
    expect(await login.otp(code)).toMatchObject({ error: { code: 'NOTHING_ASKED' } });
    expect(await harmless.sign(code)).toMatchObject({ step: 'done' });
    expect(await harmless.sign(code)).toEqual({ refused: 'STEP_NOT_EXPECTED' });
  });

  test('SR-45: the code of a sign-in confirms nothing', async () => {
    const { scene, to, token } = await person(kind);
    const login = await LoginDriver.toOtp(scene);
    unwrap(await login.choose(token));
    const { code } = ports.codes.last(to);
    const transaction = await begin(scene, FIELDS);
    expect(await transaction.sign(code)).toMatchObject({ step: 'sign', error: { code: 'NOTHING_ASKED' } });
  });

  test('nothing is sent before the user asks; then the message has every field, exactly', async () => {
    const { scene, to, token } = await person(kind);
    const walk = await begin(scene, FIELDS);
    expect(walk.view).toMatchObject({ step: 'sign', transaction: { fields: FIELDS } });
    expect(() => ports.codes.last(to)).toThrow();
    unwrap(await walk.choose(token));
    expect(walk.view).toMatchObject({ step: 'sign', sent: { to: expect.any(String) } });
    const message = ports.codes.last(to);
    expect(message.confirms).toEqual(FIELDS);
    expect(message.expiresAt).toBeLessThanOrEqual(walk.view.expiresAt);
  });
});

test('a transaction that a text message cannot hold is not sent that way, and not cut', async () => {
  const { scene } = await person('sms');
  const long = [...FIELDS, { label: 'Purpose', value: 'x'.repeat(200) }];
  expect(await create(scene, long)).toEqual({ refused: 'SIGNING_TOKEN_MISSING' });
  expect(isRefusal(await create(scene, FIELDS))).toBe(false);
});

describe('the message', () => {
  const facts = { code: '492817', site: 'Juniper & Fern', lifetimeMs: 300_000, confirms: FIELDS };

  test.each(['en', 'de'] as const)(
    'SR-30: by mail, in %s: the fields before the code, complete, escaped and isolated',
    (language) => {
      const mail = composeMail(
        { kind: 'transaction-code', to: 'a@b.example', language, facts },
        'https://auth.example',
      );
      for (const { label, value } of FIELDS) expect(mail.text).toContain(`\u2068${label}\u2069: \u2068${value}\u2069`);
      expect(mail.text.indexOf('1,250.00 EUR')).toBeLessThan(mail.text.indexOf('492817'));
      expect(mail.html).toContain('<bdi>Олена &lt;b&gt;Коваль&lt;/b&gt; &amp; שלום</bdi>');
      expect(mail.html.indexOf('1,250.00 EUR')).toBeLessThan(mail.html.indexOf('492817'));
      expect(mail.subject).toContain('Juniper & Fern');
      expect(mail.subject).not.toContain('492817');
    },
  );

  test.each(['en', 'de'] as const)('by text, in %s: the fields, and the code after them', (language) => {
    const text = composeText({ ...facts, language, origin: 'https://shop.example' }, 'https://auth.example');
    const lines = text.split('\n');
    expect(lines.slice(1, 3)).toEqual(FIELDS.map(({ label, value }) => `${label}: ${value}`));
    expect(lines[3]).toContain('492817');
    expect(lines.at(-1)).toBe('@shop.example #492817 @auth.example');
  });
});
