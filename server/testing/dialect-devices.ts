import { createHmac } from 'node:crypto';
import { base32Encode } from '../tokens/kinds/oath/base32.ts';
import { hotp } from '../tokens/kinds/oath/code.ts';
import { createOathToken } from '../tokens/kinds/oath/create-oath-token.ts';
import { ocraAnswer } from '../tokens/kinds/ocra/answer.ts';
import { createOcraToken } from '../tokens/kinds/ocra/create-ocra-token.ts';
import { enrolSuite } from '../tokens/kinds/ocra/enrol-suite.ts';
import { parseSuite } from '../tokens/kinds/ocra/suite.ts';
import { assign, operatorContext } from './as-operator.ts';
import type { Dialect, Format } from './dialect.ts';
import { birth, unwrap } from './fixtures.ts';

/** Devices in the dialect, and their requests. All have one seed. */

export const SEED = new Uint8Array(20).fill(7);
export const SECRET = base32Encode(SEED);
export const HEX = Buffer.from(SEED).toString('hex');
export const STEP_MS = 30_000;
export const at = (own: Dialect, stepMs = STEP_MS) => Math.floor(own.service.ports.clock.now() / stepMs);
export const totp = (own: Dialect, digits: 6 | 8 = 6) =>
  hotp({ secret: SEED, counter: at(own), digits, algorithm: 'SHA1' });
export const U = ({ scene }: Dialect) => ({ userId: undefined, userLogin: scene.user.login });

export const SUITE = 'OCRA-1:HOTP-SHA1-6:QN08';
export async function addDevice({ service: { ports }, scene }: Dialect) {
  const enrolled = enrolSuite(SUITE);
  if (enrolled.kind !== 'suite') throw new Error(enrolled.reason);
  const { suite } = enrolled;
  const input = { kind: 'ocra', name: 'fob', suite, counter: 0, secret: SEED, owner: scene.user.id } as const;
  const { token } = unwrap(await createOcraToken(ports, operatorContext(scene.account), birth(ports, 'tok'), input));
  const pair = { account: scene.account, resource: scene.resource.id, user: scene.user.id, token: token.id };
  unwrap(await assign(ports, pair));
  return token.id;
}
export const answerTo = (question: string) => {
  const suite = parseSuite(SUITE);
  return suite ? ocraAnswer(suite, SEED, { question }) : '';
};
/** A device from its vendor's file: known, and without an owner. */
export async function addKnown({ service: { ports }, scene }: Dialect) {
  const serial = '797150452';
  const input = { kind: 'totp', algorithm: 'SHA1', digits: 6, periodMs: STEP_MS, counter: 0 } as const;
  const act = operatorContext(scene.account);
  const made = await createOathToken(ports, act, birth(ports, 'tok'), { ...input, name: serial, serial, secret: SEED });
  return unwrap(made).token.id;
}

export const DATA = 'amount=1250.00 EUR|to=Alice & Söhne';
export const signed = (own: Dialect, transactionData = DATA, key = own.key) => ({
  transactionData,
  hash: createHmac('sha256', key).update(transactionData).digest('hex'),
});

export const APP = (own: Dialect) => ({
  userId: undefined,
  userLogin: undefined,
  type: 'GOOGLE_AUTHENTICATOR',
  serial: undefined,
  name: 'app',
  secret: SECRET,
  otp: totp(own),
  otpLength: undefined,
  keyType: undefined,
  pin: undefined,
  pinOtpFormat: undefined,
});
export const software = 'POST token-service/tokens/software';
export const hardware = 'POST token-service/tokens/hardware';
export const unify = 'POST token-service/tokens/unify';
export const UNIFY = (own: Dialect) => ({
  ...U(own),
  unifyType: 'OATH_TOTP',
  unifyKeyAlgo: 'SHA1',
  unifyKeyFormat: 'HEX',
  serial: 'unify',
  name: 'unify',
  secret: HEX,
  otp: totp(own),
});

/** The response of an endpoint that must succeed. */
export function asking(format: Format) {
  return async (own: Dialect, row: string, sent: object) => {
    const { holder } = await own.ask(row, sent as never, { format });
    if (holder.status !== 'OK') throw new Error(JSON.stringify(holder));
    return holder.response as Record<string, string | number | boolean>;
  };
}
