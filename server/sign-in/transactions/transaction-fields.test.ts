import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { consumeResult, operatorContext } from '../../testing/as-operator.ts';
import { giveOcra } from '../../testing/devices/ocra-device.ts';
import { birth, createFixture, type Fixture, NONCE, read, unwrap } from '../../testing/fixtures.ts';
import { LoginDriver } from '../../testing/login-driver.ts';
import { openTestPorts, type TestPorts } from '../../testing/test-ports.ts';
import { transactionHash } from '../../tokens/transaction.ts';
import { loginRequestDocument } from '../documents.ts';
import { createTransaction, type NewTransaction } from './create-transaction.ts';

let ports: TestPorts;
beforeAll(async () => {
  ports = await openTestPorts('transaction fields');
});
afterAll(() => ports.close());

const AMOUNT = { label: 'Amount', value: '1,250.00 EUR' };

async function person() {
  const scene = await createFixture(ports);
  return { scene, device: await giveOcra(scene) };
}

function create({ account, resource, user }: Fixture, fields: NewTransaction['fields']) {
  const input = { resource: resource.id, user: user.login, nonce: NONCE, fields };
  return createTransaction(ports, operatorContext(account), birth(ports, 'flw'), input);
}

async function begin(scene: Fixture, fields: NewTransaction['fields']): Promise<LoginDriver> {
  const { loginRequest } = unwrap(await create(scene, fields));
  return LoginDriver.begin(scene, { loginRequest });
}

// SR-45
describe('SR-45: the shown text is the signed text', () => {
  const refused: [string, string, string][] = [
    ['a mark that turns text around', '1,00\u202e0052 EUR', 'character'],
    ['an isolate', '\u2066100 EUR\u2069', 'character'],
    ['a zero-width space', '1\u200b000 EUR', 'character'],
    ['a soft hyphen', 'Olena\u00adKoval', 'character'],
    ['a line break', 'Olena\nAmount: 1 EUR', 'character'],
    ['blanks that shove the rest out of sight', `Olena${' '.repeat(100)}9999 EUR`, 'spacing'],
    ['a look-alike by composition', 'A\u030angstrom', 'normalisation'],
    ['the sign of the angstrom for a letter', '\u212bngstrom', 'normalisation'],
    ['nothing', '', 'length'],
    ['too much', 'x'.repeat(201), 'length'],
  ];
  test.each(refused)('%s is refused before any user sees it', async (_, value, reason) => {
    const { scene } = await person();
    const verdict = await create(scene, [AMOUNT, { label: 'To', value }]);
    expect(verdict).toEqual({ refused: 'TRANSACTION_INVALID', detail: `${reason}, field 1` });
  });

  test('a name in letters that only look alike is another transaction', async () => {
    const { scene, device } = await person();
    const walk = await begin(scene, [{ label: 'To', value: 'Аcme' }]);
    unwrap(await walk.sign(await device.answer(walk.view.question ?? '')));
    const { account, resource } = scene;
    const asked = { account, resource: resource.id, nonce: NONCE, result: walk.view.result ?? '' };
    const transaction = transactionHash([{ label: 'To', value: 'Acme' }]);
    expect(await consumeResult(ports, { ...asked, transaction })).toEqual({ refused: 'TRANSACTION_WRONG' });
  });

  test('the view has the fields exactly, in their order, and neither nonce nor hash', async () => {
    const { scene } = await person();
    const fields = [
      { label: 'To', value: 'שלום <b>"\\' },
      { label: 'Amount', value: '1\u00a0000 ₴' },
    ];
    const walk = await begin(scene, fields);
    expect(walk.view).toMatchObject({ step: 'sign', transaction: { fields } });
    const flow = walk.handle.split('.')[0] as Parameters<typeof loginRequestDocument.key>[0];
    const asked = await read(ports, loginRequestDocument.key(flow));
    expect(JSON.stringify(walk.view)).not.toContain(asked.transaction?.nonce);
  });
});
