import type { PasskeyAttestation, PasskeyCreation } from '@countersign/protocol/passkey';
import type { CDPSession } from '@playwright/test';
import { afterAll, afterEach, beforeAll, describe, test } from 'vitest';
import { idFromBytes, type UserId } from '../server/kernel/ids.ts';
import { isRefusal } from '../server/kernel/result.ts';
import { finishPasskeyRegistration } from '../server/tokens/kinds/passkey/finish-passkey-registration.ts';
import {
  type PendingPasskey,
  startPasskeyRegistration,
} from '../server/tokens/kinds/passkey/start-passkey-registration.ts';
import { expect } from './harness/expect.ts';
import { createE2eFixture, type E2eFixture, resultOf } from './harness/fixture.ts';
import { startHostSite } from './harness/host-site.ts';
import { accountOf, attachAuthenticator, makeOwner } from './harness/passkeys.ts';
import { makePersonWithDevice, makeResource } from './harness/people.ts';
import { TITLES, widgetOn } from './harness/widget-view.ts';

/** Registrations of browsers, in a frame on another site, verified by the service. */
let stage: E2eFixture;
let resource: string;

beforeAll(async () => {
  stage = await createE2eFixture();
  resource = (await makeResource(stage.service.client, stage.host.origin, { passkeySignIn: true })).id;
});
afterEach(() => stage.clear());
afterAll(() => stage?.close());

type Owner = Awaited<ReturnType<typeof makeOwner>>;
interface Begun {
  options: PasskeyCreation;
  pending: PendingPasskey;
}

function begin(owner: Owner, topOrigin: string): Promise<Begun> {
  return stage.service.whileDown(async (ports) => {
    const maker = { account: await accountOf(ports, owner.user.id), id: owner.user.id as UserId };
    const started = await startPasskeyRegistration({ ...ports, issuer: stage.service.url }, maker, topOrigin);
    if (isRefusal(started)) throw new Error(started.refused);
    return started;
  });
}

function finish(owner: Owner, pending: PendingPasskey, response: PasskeyAttestation) {
  return stage.service.whileDown(async (ports) => {
    const maker = { account: await accountOf(ports, owner.user.id), id: owner.user.id as UserId };
    const id = idFromBytes('tok', ports.random.bytes(7));
    return finishPasskeyRegistration(ports, maker, {}, pending, { id, nameOf: () => 'Laptop', response });
  });
}

/** A page of the service in a frame on that site, whose button creates a passkey as requested. */
async function createIn(origin: { put(html: string): string }, options: PasskeyCreation) {
  const at = `${stage.service.url}/made-for-this-test`;
  const allow = 'publickey-credentials-create *';
  const page = await stage.open(origin.put(`<title>Host</title><iframe src="${at}" allow="${allow}"></iframe>`), {
    before: (context) =>
      context.route(at, (route) =>
        route.fulfill({ contentType: 'text/html', body: '<title>Frame</title><button>Make a passkey</button>' }),
      ),
  });
  const { session, id } = await attachAuthenticator(page, []);
  const frame = page.frame({ url: at });
  if (!frame) throw new Error('no frame');
  await frame.evaluate((asked) => {
    document.querySelector('button')?.addEventListener('click', async () => {
      const publicKey = PublicKeyCredential.parseCreationOptionsFromJSON(asked as never);
      const made = (await navigator.credentials.create({ publicKey })) as PublicKeyCredential;
      document.title = JSON.stringify(made.toJSON());
    });
  }, options);
  await frame.getByRole('button').click();
  await expect.poll(() => frame.title()).toContain('attestationObject');
  const { id: credential, response, clientExtensionResults } = JSON.parse(await frame.title());
  const { clientDataJSON, attestationObject, transports } = response;
  const answer: PasskeyAttestation = {
    id: credential,
    response: { clientDataJSON, attestationObject, transports },
    clientExtensionResults: { credProps: clientExtensionResults.credProps },
  };
  return { answer, session, authenticator: id };
}

const credentialsOf = (session: CDPSession, authenticatorId: string) =>
  session.send('WebAuthn.getCredentials', { authenticatorId });

describe('a passkey that a browser creates in a frame', () => {
  test('registers, and is found without a name', async () => {
    const owner = await makeOwner(stage.service.client);
    const { options, pending } = await begin(owner, stage.host.origin);
    const { answer, session, authenticator } = await createIn(stage.host, options);
    const clientData = JSON.parse(Buffer.from(answer.response.clientDataJSON, 'base64url').toString());
    expect(clientData).toMatchObject({ crossOrigin: true, topOrigin: stage.host.origin });
    const made = await finish(owner, pending, answer);
    expect(made).toMatchObject({ token: { factor: { discoverable: true, transports: ['internal'] } } });
    const { credentials } = await credentialsOf(session, authenticator);
    expect(credentials).toMatchObject([
      { rpId: 'localhost', isResidentCredential: true, userHandle: Buffer.from(owner.user.id).toString('base64') },
    ]);
    const token = 'token' in made ? made.token.id : '';
    await stage.service.client.assignments.create({ resource, user: owner.user.id, token });
    expect(await stage.service.client.tokens.get(token)).toMatchObject({ kind: 'webauthn', discoverable: true });
  });

  // SR-61
  test('SR-61: on a hostile page is refused', async () => {
    const hostile = await startHostSite();
    try {
      const owner = await makeOwner(stage.service.client);
      const { options, pending } = await begin(owner, stage.host.origin);
      const { answer } = await createIn(hostile, options);
      expect(await finish(owner, pending, answer)).toEqual({ refused: 'PASSKEY_INVALID' });
    } finally {
      await hostile.close();
    }
  });
});

test('a passkey that a browser creates after a sign-in, without asking, is added beside the result', async () => {
  const { client, verifierOf } = stage.service;
  const enrolment = { kinds: ['webauthn' as const], required: false, passkeyUpgrade: true };
  const { id } = await makeResource(client, stage.host.origin, { enrolment });
  const person = await makePersonWithDevice(client, id);
  const signIn = async (widget: ReturnType<typeof widgetOn>, pressed: number) => {
    await widget.identify(person.login);
    await widget.givePassword(person.password);
    await widget.giveCode(person.device.code(pressed));
    await expect(widget.heading).toHaveText(TITLES.done);
  };
  // Not at the first sign-in from a network.
  await signIn(widgetOn((await stage.openWidget(id)).page), 0);
  const { page, nonce } = await stage.openWidget(id, {
    // Virtual authenticators do not take part in conditional mediation, so this one is asked as usual.
    before: (context) =>
      context.addInitScript(() => {
        const { credentials } = navigator;
        const create = credentials.create.bind(credentials);
        credentials.create = ({ mediation, ...options }: CredentialCreationOptions & { mediation?: string } = {}) =>
          mediation === 'conditional' ? create(options) : Promise.reject(new Error(`asked with ${mediation}`));
      }),
  });
  await attachAuthenticator(page, []);
  await signIn(widgetOn(page), 1);
  const { origin } = stage.host;
  const claims = await verifierOf(id).verifyResult(await resultOf(page), { nonce, origin });
  expect(claims).toMatchObject({ amr: ['pwd', 'otp', 'mfa'] });
  const kindsOf = async () => {
    const kinds: string[] = [];
    for await (const { kind } of client.tokens.list({ owner: person.user.id })) kinds.push(kind);
    return kinds.sort();
  };
  await expect.poll(kindsOf).toEqual(['hotp', 'webauthn']);
});
