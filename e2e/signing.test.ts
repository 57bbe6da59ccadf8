import { afterAll, afterEach, beforeAll, describe, test } from 'vitest';
import { newNonce } from '../clients/typescript/src/index.ts';
import { base32Decode } from '../server/tokens/kinds/oath/base32.ts';
import { ocraAnswer } from '../server/tokens/kinds/ocra/answer.ts';
import { parseSuite } from '../server/tokens/kinds/ocra/suite.ts';
import { expect } from './harness/expect.ts';
import { createE2eFixture, type E2eFixture, resultOf, waitForLastEvent } from './harness/fixture.ts';
import { hostPage, mountScript } from './harness/host-page.ts';
import { freshLogin, makeResource, PASSWORD } from './harness/people.ts';
import { widgetOn } from './harness/widget-view.ts';

/** A host has a payment confirmed by a user with a card reader. */
let stage: E2eFixture;
let resource: string;

beforeAll(async () => {
  stage = await createE2eFixture();
  resource = (await makeResource(stage.service.client, stage.host.origin)).id;
});
afterEach(() => stage.clear());
afterAll(() => stage?.close());

const SUITE = 'OCRA-1:HOTP-SHA256-8:C-QN08';
const PAYMENT = [
  { label: 'Amount', value: '1,250.00 EUR' },
  { label: 'To', value: 'Olena Koval' },
];
const CHANGED = [{ label: 'Amount', value: '9,250.00 EUR' }, PAYMENT[1] ?? { label: 'To', value: 'x' }];

async function makeSigner() {
  const { client } = stage.service;
  const login = freshLogin();
  const user = await client.users.create({ login, password: PASSWORD });
  const body = { name: 'Card reader', kind: 'ocra', suite: SUITE, owner: user.id };
  const answer = await fetch(`${stage.service.url}/v1/tokens`, {
    method: 'POST',
    headers: { authorization: `Bearer ${stage.service.apiKey}`, 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  const made = (await answer.json()) as { token: { id: string }; secret: string };
  await client.assignments.create({ resource, user: user.id, token: made.token.id });
  const suite = parseSuite(SUITE);
  const secret = base32Decode(made.secret);
  if (!suite || !secret) throw new Error('no device can be made of that');
  let counter = 0;
  return { user, answer: (question: string) => ocraAnswer(suite, secret, { question, counter: counter++ }) };
}

async function open(user: string) {
  const nonce = newNonce();
  const { loginRequest } = await stage.service.client.createTransaction({ user, resource, nonce, fields: PAYMENT });
  const script = mountScript('here', { resource, nonce, loginRequest });
  const page = await stage.open(
    stage.host.put(hostPage({ service: stage.service.url, body: '<div id="here"></div>', script })),
  );
  return { page, nonce, widget: widgetOn(page) };
}

describe('a transaction', () => {
  // SR-45
  test('SR-45: is shown, confirmed by the response to its challenge, and valid for nothing else', async () => {
    const signer = await makeSigner();
    const { page, nonce, widget } = await open(signer.user.id);
    await expect(widget.heading).toHaveText('Check and confirm');
    await expect(widget.frame.getByRole('definition')).toHaveText(['1,250.00 EUR', 'Olena Koval']);
    const question = (await widget.frame.locator('.question b').allTextContents()).join('');
    const field = widget.frame.getByLabel('Answer from your device');
    await field.fill('00000000');
    await widget.button('Confirm').click();
    await expect(widget.alert).toContainText('That code is not right');
    await field.fill(signer.answer(question));
    await widget.button('Confirm').click();
    await expect(widget.heading).toHaveText('Confirmed');

    const result = await resultOf(page);
    const verifier = stage.service.verifierOf(resource);
    const refusedAs = async (expected: object) =>
      verifier.verifyResult(result, { nonce, ...expected }).catch((error: { code: string }) => error.code);
    expect(await refusedAs({ transaction: CHANGED })).toBe('RESULT_TRANSACTION_WRONG');
    expect(await refusedAs({})).toBe('RESULT_TRANSACTION_UNEXPECTED');
    const { client } = stage.service;
    const consumed = await client.consumeResult({ result, resource, nonce, transaction: PAYMENT });
    expect(consumed).toMatchObject({ sub: signer.user.id, otp: 'verified', txn: expect.any(String) });
  });

  test('continues after a reload with the same challenge, and ends when the user cancels', async () => {
    const signer = await makeSigner();
    const { page, widget } = await open(signer.user.id);
    await expect(widget.heading).toHaveText('Check and confirm');
    const before = await widget.frame.locator('.question b').allTextContents();
    await page.reload();
    await expect(widget.heading).toHaveText('Check and confirm');
    await expect(widget.frame.locator('.question b')).toHaveText(before);
    await widget.button('Cancel').click();
    await expect(widget.heading).toHaveText('Nothing was confirmed');
    expect(await waitForLastEvent(page, 'error')).toMatchObject({ code: 'TRANSACTION_CANCELLED', retryable: false });
    await page.reload();
    await expect(widget.heading).toHaveText('Sign-in is not possible');
  });
});

test('an OCRA device signs its user in', async () => {
  const signer = await makeSigner();
  const { page, nonce } = await stage.openWidget(resource);
  const widget = widgetOn(page);
  await widget.identify(signer.user.login);
  await widget.givePassword(PASSWORD);
  const field = widget.frame.getByLabel('Answer from your device');
  await expect(field).toBeVisible();
  const question = (await widget.frame.locator('.question b').allTextContents()).join('');
  await field.fill(signer.answer(question));
  await widget.button('Confirm').click();
  await expect(widget.heading).toHaveText('You are signed in');
  const claims = await stage.service.verifierOf(resource).verifyResult(await resultOf(page), { nonce });
  expect(claims).toMatchObject({ sub: signer.user.id, acr: '2', otp: 'verified' });
  expect(claims).not.toHaveProperty('txn');
});
