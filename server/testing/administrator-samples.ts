import { FLOW_HEADER } from '@countersign/protocol/flow';
import { startSignIn } from '../administration/login/start-sign-in.ts';
import { ADMIN_PASSWORD, addActive, invite } from './administrators.ts';
import { unwrap } from './fixtures.ts';
import type { Sample, SampleFixture } from './sample.ts';

let sequence = 0;
const newEmail = () => `somebody-${sequence++}@acme.example`;
const NO_SECRET = 'A'.repeat(32);

async function startedSignIn({ ports, account }: SampleFixture): Promise<Record<string, string>> {
  // A new address each time: one address may start only a limited number.
  const address = `203.0.${(sequence >> 8) & 255}.${sequence++ & 255}`;
  return { [FLOW_HEADER]: unwrap(await startSignIn(ports, { account, client: { address } })).handle };
}

/** One of two factors: authenticated, but it changes nothing. */
const HALF_PROOF = { password: ADMIN_PASSWORD };
const ASSERTION = { id: 'AA', response: { clientDataJSON: 'AA', authenticatorData: 'AA', signature: 'AA' } };
const ATTESTATION = { id: 'AA', response: { clientDataJSON: 'AA', attestationObject: 'AA' } };
const heard = { status: 403, code: 'OTP_REQUIRED' } as const;

/**
 * Valid requests of administrators. If a valid one would destroy the fixture, the sample is one that is refused only by
 * the rules.
 */
export const administratorSamples: Record<string, (scene: SampleFixture) => Sample | Promise<Sample>> = {
  // An account exists, so no setup link is valid.
  'POST /setup': () => ({
    body: { secret: NO_SECRET, accountName: 'Acme', email: newEmail(), name: 'Ada', password: ADMIN_PASSWORD },
    status: 403,
    code: 'LINK_INVALID',
  }),
  'POST /links/view': () => ({
    body: { kind: 'invitation', secret: NO_SECRET },
    status: 403,
    code: 'LINK_INVALID',
  }),
  'POST /session/begin': ({ account }) => ({ body: { account }, status: 201 }),
  'GET /session/step': async (scene) => ({ headers: await startedSignIn(scene), status: 200 }),
  'POST /session/identify': async (scene) => ({
    headers: await startedSignIn(scene),
    body: { seq: 0, email: newEmail() },
    status: 200,
  }),
  'POST /session/password': async (scene) => ({
    headers: await startedSignIn(scene),
    body: { seq: 0, password: ADMIN_PASSWORD },
    status: 409,
    code: 'STEP_NOT_EXPECTED',
  }),
  'POST /session/otp': async (scene) => ({
    headers: await startedSignIn(scene),
    body: { seq: 0, otp: '123456' },
    status: 409,
    code: 'STEP_NOT_EXPECTED',
  }),
  'POST /session/recovery': async (scene) => ({
    headers: await startedSignIn(scene),
    body: { seq: 0, code: 'aaaaa-bbbbb' },
    status: 409,
    code: 'STEP_NOT_EXPECTED',
  }),
  'POST /session/passkey': async (scene) => ({
    headers: await startedSignIn(scene),
    body: { seq: 0, assertion: ASSERTION },
    status: 409,
    code: 'STEP_NOT_EXPECTED',
  }),
  'POST /session/enrol': async (scene) => ({
    headers: await startedSignIn(scene),
    body: { seq: 0, otp: '123456' },
    status: 409,
    code: 'STEP_NOT_EXPECTED',
  }),
  'POST /session/enrol-passkey': async (scene) => ({
    headers: await startedSignIn(scene),
    body: { seq: 0, response: ATTESTATION },
    status: 409,
    code: 'STEP_NOT_EXPECTED',
  }),
  'GET /session': () => ({ status: 200 }),
  'GET /session/whose': () => ({ status: 200 }),
  'DELETE /session': () => ({ status: 204 }),
  'GET /administrators': () => ({ status: 200 }),
  'GET /administrators/{id}': ({ superuser }) => ({ id: superuser.id, status: 200 }),
  'PATCH /administrators/{id}': ({ superuser, resource }) => ({
    id: superuser.id,
    body: { name: 'Ada', grants: [{ resource: resource.id, allowed: true }] },
    status: 200,
  }),
  'DELETE /administrators/{id}': async ({ ports, account }) => ({
    id: (await addActive(ports, account, { email: newEmail() })).id,
    status: 204,
  }),
  'POST /administrators/{id}/transfer': async ({ ports, account }) => ({
    id: (await addActive(ports, account, { email: newEmail() })).id,
    body: HALF_PROOF,
    ...heard,
  }),
  'GET /administrator-factors': () => ({ status: 200 }),
  'PATCH /administrator-factors': () => ({ body: { ...HALF_PROOF, factors: 'any' }, ...heard }),
  'POST /invitations': ({ resource }) => ({
    body: { email: newEmail(), name: 'Grace', grants: [{ resource: resource.id, allowed: true }] },
    status: 201,
  }),
  'GET /invitations': () => ({ status: 200 }),
  'POST /invitations/{id}/resend': async ({ ports, account }) => ({
    id: (await invite(ports, account, { email: newEmail() })).administrator.id,
    status: 200,
  }),
  'DELETE /invitations/{id}': async ({ ports, account }) => ({
    id: (await invite(ports, account, { email: newEmail() })).administrator.id,
    status: 204,
  }),
  'POST /invitation/accept': () => ({
    body: { secret: NO_SECRET, code: 'aaaa-bbbb', password: ADMIN_PASSWORD, name: 'Grace' },
    status: 403,
    code: 'LINK_INVALID',
  }),
  'POST /recovery/accept': () => ({
    body: { secret: NO_SECRET, password: ADMIN_PASSWORD },
    status: 403,
    code: 'LINK_INVALID',
  }),
  'POST /reset/ask': ({ account, superuser }) => ({ body: { account, email: superuser.email }, status: 202 }),
  'POST /reset/accept': () => ({
    body: { secret: NO_SECRET, password: ADMIN_PASSWORD },
    status: 403,
    code: 'LINK_INVALID',
  }),
  'POST /me/password': () => ({ body: { ...HALF_PROOF, newPassword: 'another long password' }, ...heard }),
  'POST /me/email': () => ({ body: { ...HALF_PROOF, newEmail: newEmail() }, ...heard }),
  'POST /me/email/confirm': () => ({ body: { code: 'aaaa-bbbb' }, status: 403, code: 'LINK_INVALID' }),
  'POST /me/passkey-question': () => ({ status: 403, code: 'PASSKEY_INVALID' }),
  'POST /me/passkeys': () => ({ body: { ...HALF_PROOF, name: 'Key' }, ...heard }),
  'POST /me/passkeys/confirm': () => ({ body: { response: ATTESTATION }, status: 403, code: 'LINK_INVALID' }),
  'GET /me/passkeys': () => ({ status: 200 }),
  'POST /me/passkeys/rename': () => ({ body: { id: 'none', name: 'Laptop' }, status: 404, code: 'TOKEN_NOT_FOUND' }),
  'POST /me/passkeys/remove': () => ({ body: { ...HALF_PROOF, id: 'none' }, ...heard }),
  'POST /me/token': () => ({ body: HALF_PROOF, ...heard }),
  'POST /me/token/confirm': () => ({ body: { otp: '123456' }, status: 403, code: 'LINK_INVALID' }),
  'POST /me/recovery-codes': () => ({ body: HALF_PROOF, ...heard }),
};
