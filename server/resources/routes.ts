import { FAILED_ATTEMPTS_BEFORE_LOCK } from '@countersign/protocol/lock-limits';
import { z } from '@hono/zod-openapi';
import { acceptedKinds, DEFAULT_TOKEN_KINDS } from '../authentication/second-factor.ts';
import { LONGEST_REMEMBERED_MS } from '../authentication/step-up.ts';
import { environmentCheck, shownEnvironmentCheck } from '../browsers/environment-fields.ts';
import { authorize } from '../http/api/authorize.ts';
import { describeObject, madeFrom, showDeleted, showMade, showOne, showPage } from '../http/api/describe-object.ts';
import {
  createdBy,
  filterId,
  idOrNull,
  instant,
  label,
  namedPageQuery,
  presentCreator,
  resourceId,
} from '../http/api/fields.ts';
import { createOnce } from '../http/api/idempotency.ts';
import { apiRouter } from '../http/api/router.ts';
import { seenOf } from '../http/api/version.ts';
import type { Ports } from '../kernel/ports/ports.ts';
import { isRefusal } from '../kernel/result.ts';
import { TOKEN_KINDS } from '../tokens/token.ts';
import { createResource } from './create-resource.ts';
import { deleteResource } from './delete-resource.ts';
import { ENROLMENT_KINDS, type EnrolmentPolicy } from './enrolment-policy.ts';
import { listResources } from './list-resources.ts';
import { LONGEST_REDIRECT_URI } from './redirect-uris.ts';
import {
  DEFAULT_FAILED_ATTEMPTS_BEFORE_LOCK,
  DEFAULT_RESULT_LIFETIME_MS,
  METHOD_POLICIES,
  type Resource,
  TEST_MODES,
} from './resource.ts';
import { showResource } from './resource-access.ts';
import { RESOURCE_WARNINGS, resourceWarnings } from './resource-warnings.ts';
import { OWN_DETAILS, type SelfServicePolicy } from './self-service-policy.ts';
import { updateResource } from './update-resource.ts';

const settings = {
  name: label(100),
  enabled: z.boolean(),
  failedAttemptsBeforeLock: z
    .int()
    .min(FAILED_ATTEMPTS_BEFORE_LOCK.least)
    .max(FAILED_ATTEMPTS_BEFORE_LOCK.most)
    .openapi({ description: 'A token whose wrong codes exceed this locks.' }),
  methodPolicy: z.enum(METHOD_POLICIES).openapi({
    description:
      '`auto`: password and code for whoever is assigned with a token, password for whoever is assigned alone.',
  }),
  tokenKinds: z.array(z.enum(TOKEN_KINDS)).max(TOKEN_KINDS.length).openapi({
    description: 'The kinds of tokens that count here. A person with others alone is refused, never let off the code.',
  }),
  allowedOrigins: z.array(z.string().max(300)).max(100).openapi({
    description: 'Where the widget may be embedded: exact origins, or `https://*.shop.example`. Empty: nowhere.',
  }),
  allowLocalhost: z.boolean().openapi({ description: 'Also any port of http://localhost and http://127.0.0.1.' }),
  resultLifetimeMs: z.int().min(10_000).max(300_000),
  redirectUris: z.array(z.string().max(LONGEST_REDIRECT_URI)).max(20).openapi({
    description:
      'Where results may be posted to from our own page: exact addresses, https (or http on localhost), without a fragment.',
  }),
  passwordReset: z.boolean().openapi({
    description: 'Whether people may have a link to a new password mailed to them from the widget.',
  }),
  passkeySignIn: z.boolean().openapi({
    description:
      'Whether the widget offers to sign in with a passkey alone, in place of name, password and code. The passkey’s device then checks its person, which counts as two factors.',
  }),
};
const policy = {
  kinds: z.array(z.enum(ENROLMENT_KINDS)).min(1).max(ENROLMENT_KINDS.length).openapi({
    description:
      '`webauthn`: a passkey or security key; `totp`: an authenticator app; `email` and `sms`: codes that are sent. They have to be among `tokenKinds` as well. What cannot be had (no courier, no address) is not offered. Recovery codes come along with the first token.',
  }),
  required: z.boolean().openapi({ description: 'Whoever has never had a token does not get in without.' }),
  postponableUntil: instant
    .nullable()
    .openapi({ description: 'Until when it may be postponed although it is required; null: not at all.' }),
  unlockByMail: z.boolean().openapi({
    description:
      'Whether people may have a link mailed, after their password, that unlocks tokens which wrong codes have locked.',
  }),
};
const policyInput = z
  .strictObject({
    ...policy,
    postponableUntil: policy.postponableUntil.default(null),
    unlockByMail: policy.unlockByMail.default(false),
  })
  .openapi('EnrolmentPolicyInput', { description: 'How people set up tokens by themselves where they sign in.' });
const shownPolicy = z.object(policy).openapi('EnrolmentPolicy');
const selfPolicy = {
  tokens: z.boolean().openapi({
    description:
      'Whether they rename, remove and bring back into step the tokens that they set up themselves, change PINs, have recovery codes made anew, and add what `enrolment` allows. What administrators handed out stays.',
  }),
  password: z.boolean().openapi({ description: 'Whether they change a password that they have.' }),
  details: z
    .array(z.enum(OWN_DETAILS))
    .max(OWN_DETAILS.length)
    .openapi({ description: 'What of themselves they change. A new `email` counts once its mailbox is proven.' }),
  browsers: z
    .boolean()
    .openapi({ description: 'Whether they have the browsers forgotten that are remembered of them.' }),
};
const selfPolicyInput = z
  .strictObject({
    tokens: selfPolicy.tokens.default(false),
    password: selfPolicy.password.default(false),
    details: selfPolicy.details.default([]),
    browsers: selfPolicy.browsers.default(false),
  })
  .openapi('SelfServicePolicyInput', { description: 'What people may change by themselves on the self-service page.' });
const shownSelfPolicy = z.object(selfPolicy).openapi('SelfServicePolicy');
const beyond = {
  environment: environmentCheck.nullable().openapi({
    description:
      'Compares browsers in the widget with those that the person signed in with before. Null: nothing is collected.',
  }),
  rememberMs: z.int().min(1000).max(LONGEST_REMEMBERED_MS).nullable().openapi({
    description: 'How long a consumed result can be built upon by a login request, at most 12 hours. Null: not at all.',
  }),
};
const shownBeyond = { ...beyond, environment: shownEnvironmentCheck.nullable() };
const filters = { geoFilter: idOrNull(filterId), timeFilter: idOrNull(filterId), ipFilter: idOrNull(filterId) };

/** Said when it is made and never after; `PATCH` takes no such field. */
const testMode = z.enum(TEST_MODES).openapi({
  description:
    'Makes it a resource for tests, which nobody is assigned to: `pass`: every sign-in ends well; `fail`: none does; `expire`: the result has expired already. Cannot be changed.',
});

const input = z
  .strictObject({
    ...settings,
    ...{
      enabled: settings.enabled.default(true),
      failedAttemptsBeforeLock: settings.failedAttemptsBeforeLock.default(DEFAULT_FAILED_ATTEMPTS_BEFORE_LOCK),
      methodPolicy: settings.methodPolicy.default('auto'),
      tokenKinds: settings.tokenKinds.default([...DEFAULT_TOKEN_KINDS]),
      allowedOrigins: settings.allowedOrigins.default([]),
      allowLocalhost: settings.allowLocalhost.default(false),
      resultLifetimeMs: settings.resultLifetimeMs.default(DEFAULT_RESULT_LIFETIME_MS),
      redirectUris: settings.redirectUris.default([]),
      passwordReset: settings.passwordReset.default(false),
      passkeySignIn: settings.passkeySignIn.default(false),
    },
    geoFilter: filterId.optional(),
    timeFilter: filterId.optional(),
    ipFilter: filterId.optional(),
    environment: environmentCheck.optional(),
    rememberMs: beyond.rememberMs.unwrap().optional(),
    testMode: testMode.optional(),
    enrolment: policyInput.nullable().default(null).openapi({ description: 'null: people do not set up tokens.' }),
    selfService: selfPolicyInput
      .nullable()
      .default(null)
      .openapi({ description: 'null: there is no page where people see and manage what is theirs.' }),
  })
  .openapi('ResourceInput');
const changes = z
  .strictObject({
    ...settings,
    ...filters,
    ...beyond,
    enrolment: policyInput.nullable(),
    selfService: selfPolicyInput.nullable(),
  })
  .partial()
  .openapi('ResourceChanges');
const warnings = z.array(z.enum(RESOURCE_WARNINGS)).openapi({
  description:
    '`OTP_ONLY_CAN_BE_LOCKED_OUT`: where a code is all that is asked for, whoever knows a name can send wrong codes until the token locks. `PASSWORD_ONLY_IS_ONE_FACTOR`: the password is all that is asked for, even from users who have a token, so a stolen password is enough to sign in. `SMS_IS_RESTRICTED`: whoever takes over a phone number gets its codes. `MAILBOX_RESETS_AND_CODES`: passwords are reset by mail and codes by mail count, so you have to confirm a user who has no other token after a reset. `ENROLMENT_KIND_NOT_TAKEN`: a kind of token in `enrolment.kinds` is not among the `tokenKinds`, so it is offered to nobody.',
});
export const shownResource = z
  .object({
    id: resourceId,
    ...settings,
    ...filters,
    enrolment: shownPolicy.nullable(),
    selfService: shownSelfPolicy.nullable(),
    ...shownBeyond,
    logo: z.string().nullable().openapi({
      description: 'SHA-256 of the logo, null without one. It is at `/widget/v1/logo?resource={id}&hash={logo}`.',
    }),
    testMode: testMode.nullable(),
    warnings,
    createdAt: instant,
    createdBy,
  })
  .openapi('Resource');

export function presentResource({
  account: _account,
  createdBy,
  ...resource
}: Resource): z.input<typeof shownResource> {
  const { geoFilter = null, timeFilter = null, ipFilter = null } = resource;
  const { passwordReset = false, passkeySignIn = false, redirectUris = [], logo = null, testMode = null } = resource;
  const { enrolment } = resource;
  const { environment = null, rememberMs = null } = resource;
  const warnings = resourceWarnings(resource);
  return {
    ...resource,
    geoFilter,
    timeFilter,
    ipFilter,
    redirectUris,
    passwordReset,
    passkeySignIn,
    environment,
    rememberMs,
    logo,
    testMode,
    enrolment: presentPolicy(enrolment),
    selfService: resource.selfService ? presentSelfPolicy(resource.selfService) : null,
    tokenKinds: [...acceptedKinds(resource)],
    warnings,
    createdBy: presentCreator(createdBy),
  };
}

function presentPolicy(policy: EnrolmentPolicy | undefined): z.input<typeof shownPolicy> | null {
  if (!policy) return null;
  const { postponableUntil = null, unlockByMail = false } = policy;
  return { ...policy, postponableUntil, unlockByMail };
}

function presentSelfPolicy({ details, ...policy }: SelfServicePolicy): z.input<typeof shownSelfPolicy> {
  return { ...policy, details: [...details] };
}

function policyOf({ postponableUntil, ...policy }: z.output<typeof policyInput>): EnrolmentPolicy {
  return { ...policy, ...(postponableUntil !== null && { postponableUntil }) };
}

const routes = describeObject(
  { path: '/resources', tag: 'Resources', one: 'a resource', many: 'resources', id: resourceId },
  {
    query: namedPageQuery,
    input,
    changes,
    shown: shownResource,
    made: shownResource,
    about: { remove: 'Nobody signs in to it from then on. What was assigned to it is assigned to nothing.' },
  },
);

export function resources(ports: Pick<Ports, 'store' | 'clock' | 'random' | 'secrets'>) {
  const app = apiRouter();
  app.on(['GET'], ['/resources', '/resources/:id'], authorize(ports, 'read'));
  app.on(['POST', 'PATCH', 'DELETE'], ['/resources', '/resources/:id'], authorize(ports, 'write'));

  app.openapi(routes.create, async (c) => {
    const { geoFilter, timeFilter, ipFilter, environment, rememberMs, testMode, enrolment, selfService, ...body } =
      c.req.valid('json');
    const settings = {
      ...body,
      ...(environment && { environment }),
      ...(rememberMs !== undefined && { rememberMs }),
      ...(geoFilter && { geoFilter }),
      ...(timeFilter && { timeFilter }),
      ...(ipFilter && { ipFilter }),
      ...(testMode && { testMode }),
      ...(enrolment && { enrolment: policyOf(enrolment) }),
      ...(selfService && { selfService }),
    };
    const made = await createOnce(ports, c, 'res', async (birth) => {
      const verdict = await createResource(ports, c.get('act'), birth, settings);
      return isRefusal(verdict) ? verdict : madeFrom(verdict.resource, presentResource(verdict.resource));
    });
    return showMade(c, made);
  });
  app.openapi(routes.list, async (c) =>
    showPage(c, await listResources(ports, c.get('act'), c.req.valid('query')), presentResource),
  );
  app.openapi(routes.read, async (c) => {
    const found = await showResource(ports, c.get('act'), c.req.valid('param').id);
    return showOne(c, found, presentResource);
  });
  app.openapi(routes.update, async (c) => {
    const { id } = c.req.valid('param');
    const { enrolment, ...body } = c.req.valid('json');
    const changes = { ...body, ...(enrolment !== undefined && { enrolment: enrolment && policyOf(enrolment) }) };
    return showOne(c, await updateResource(ports, c.get('act'), id, changes, seenOf(c)), presentResource);
  });
  app.openapi(routes.remove, async (c) =>
    showDeleted(c, await deleteResource(ports, c.get('act'), c.req.valid('param').id, seenOf(c))),
  );
  return app;
}
