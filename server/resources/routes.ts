import { FAILED_ATTEMPTS_BEFORE_LOCK } from '@countersign/protocol/lock-limits';
import { omitUndefined } from '@countersign/protocol/omit-undefined';
import { METHOD_POLICIES, OWN_DETAILS, TEST_MODES } from '@countersign/protocol/resources';
import { TOKEN_KINDS } from '@countersign/protocol/tokens';
import { z } from '@hono/zod-openapi';
import {
  describeObject,
  showCreated,
  showDeleted,
  showOne,
  showPage,
  toCreatedObject,
} from '../http/api/describe-object.ts';
import { createdAt, createdBy, filterId, idOrNull, label, namedPageQuery, resourceId } from '../http/api/fields.ts';
import { createOnce } from '../http/api/idempotency.ts';
import { route } from '../http/api/route.ts';
import { ifMatchVersions } from '../http/api/version.ts';
import type { SecretPorts } from '../kernel/ports/ports.ts';
import { isRefusal } from '../kernel/result.ts';
import {
  appearanceInput,
  appearanceOf,
  appearanceView,
  linksFrom,
  linksInput,
  linksView,
  presentAppearance,
  presentLinks,
} from './appearance-fields.ts';
import { createResource } from './create-resource.ts';
import { deleteResource } from './delete-resource.ts';
import { policyInput, policyOf, policyView, presentPolicy } from './enrolment-fields.ts';
import { environmentCheck, environmentCheckView } from './environment-fields.ts';
import { listResources } from './list-resources.ts';
import { redirectUriFields } from './redirect-uri-fields.ts';
import {
  acceptedKinds,
  DEFAULT_FAILED_ATTEMPTS_BEFORE_LOCK,
  DEFAULT_RESULT_LIFETIME_MS,
  DEFAULT_TOKEN_KINDS,
  MAX_REMEMBERED_MS,
  MAX_RESULT_LIFETIME_MS,
  MAX_TRUSTED_DAYS,
  type Resource,
} from './resource.ts';
import { showResource } from './resource-access.ts';
import { RESOURCE_WARNINGS, resourceWarnings } from './resource-warnings.ts';
import { presentProfile, resultProfile, resultProfileView } from './result-profile-fields.ts';
import type { SelfServicePolicy } from './self-service-policy.ts';
import { signInRuleFields } from './sign-in-rule-fields.ts';
import { updateResource } from './update-resource.ts';

const settings = {
  name: label(100).openapi({ description: 'The name of the resource, shown above the sign-in.', example: 'Shop' }),
  enabled: z.boolean().openapi({ description: 'Whether users can sign in.' }),
  failedAttemptsBeforeLock: z
    .int()
    .min(FAILED_ATTEMPTS_BEFORE_LOCK.least)
    .max(FAILED_ATTEMPTS_BEFORE_LOCK.most)
    .openapi({ description: 'A token is locked after more wrong codes than this.', example: 5 }),
  methodPolicy: z.enum(METHOD_POLICIES).openapi({
    description:
      'What the widget asks for. `auto`: password and code from users who are assigned with a token, the password from others.',
  }),
  tokenKinds: z
    .array(z.enum(TOKEN_KINDS))
    .max(TOKEN_KINDS.length)
    .openapi({
      description:
        'The kinds of tokens that count here. A user who has only other kinds is refused, never signed in without a code.',
      example: ['totp', 'webauthn'],
    }),
  allowedOrigins: z
    .array(z.string().max(300))
    .max(100)
    .openapi({
      description: 'Where the widget can be embedded: exact origins, or `https://*.shop.example`. Empty: nowhere.',
      example: ['https://shop.example'],
    }),
  allowLocalhost: z.boolean().openapi({
    description: 'Whether the widget can also be embedded at any port of http://localhost and http://127.0.0.1.',
    example: false,
  }),
  resultLifetimeMs: z
    .int()
    .min(10_000)
    .max(MAX_RESULT_LIFETIME_MS)
    .openapi({ description: 'The lifetime of results in milliseconds.', example: 60_000 }),
  ...redirectUriFields,
  passwordReset: z.boolean().openapi({
    description: 'Whether users can request a password reset link by email in the widget.',
  }),
  ...signInRuleFields,
  passkeySignIn: z.boolean().openapi({
    description:
      'Whether users can sign in with a passkey alone. The device then verifies the user, so it counts as two factors.',
  }),
};
const selfPolicy = {
  tokens: z.boolean().openapi({
    description:
      'Whether users can rename, remove and resynchronise the tokens that they set up themselves, change PINs, renew recovery codes, and add what `enrolment` allows. Tokens that administrators handed out stay.',
  }),
  password: z.boolean().openapi({ description: 'Whether users can change their password.' }),
  details: z
    .array(z.enum(OWN_DETAILS))
    .max(OWN_DETAILS.length)
    .openapi({ description: 'What users can change about themselves. A new `email` counts after it is confirmed.' }),
  browsers: z.boolean().openapi({ description: 'Whether users can remove their known browsers.' }),
};
const selfPolicyInput = z
  .strictObject({
    tokens: selfPolicy.tokens.default(false),
    password: selfPolicy.password.default(false),
    details: selfPolicy.details.default([]),
    browsers: selfPolicy.browsers.default(false),
  })
  .openapi('SelfServicePolicyInput', { description: 'What users can change on the self-service page.' });
const selfPolicyView = z
  .object(selfPolicy)
  .openapi('SelfServicePolicy', { description: 'What users can change on the self-service page.' });
const rememberMs = z.int().min(1000).max(MAX_REMEMBERED_MS).openapi({
  description:
    'How long a login request can refer to a consumed result, in milliseconds; at most 12 hours. Null: it cannot.',
  example: 3_600_000,
});
const trustedBrowserDays = z.int().min(1).max(MAX_TRUSTED_DAYS).openapi({
  description:
    'For how many days users can trust a browser, 1 to 30: it then needs the password alone. A shorter time ends all trust. Null: they cannot.',
  example: 30,
});
const beyond = {
  environment: environmentCheck.nullable().openapi({
    description: 'Compares the browser with the known browsers of the user. Null: nothing is collected.',
  }),
  rememberMs: rememberMs.nullable(),
  trustedBrowserDays: trustedBrowserDays.nullable(),
  resultClaims: resultProfile.nullable(),
};
const boundedView = {
  ...beyond,
  environment: environmentCheckView.nullable(),
  resultClaims: resultProfileView.nullable(),
};
const geoFilter = filterId.openapi({ description: 'Id of the filter by country.' });
const timeFilter = filterId.openapi({ description: 'Id of the filter by time.' });
const ipFilter = filterId.openapi({ description: 'Id of the filter by IP address.' });
const filters = { geoFilter: idOrNull(geoFilter), timeFilter: idOrNull(timeFilter), ipFilter: idOrNull(ipFilter) };

/** Set at creation and immutable; `PATCH` has no such field. */
const testMode = z.enum(TEST_MODES).openapi({
  description:
    'Makes it a test resource, without users. `pass`: every sign-in succeeds; `fail`: every sign-in fails; `expire`: the result has already expired. It cannot be changed.',
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
      appRedirectUris: settings.appRedirectUris.default([]),
      passwordReset: settings.passwordReset.default(false),
      signInNotices: settings.signInNotices.default(false),
      firstFactor: settings.firstFactor.default('password'),
      breachedPasswords: settings.breachedPasswords.default('off'),
      passkeySignIn: settings.passkeySignIn.default(false),
    },
    geoFilter: geoFilter.optional(),
    timeFilter: timeFilter.optional(),
    ipFilter: ipFilter.optional(),
    environment: environmentCheck.optional(),
    rememberMs: rememberMs.optional(),
    trustedBrowserDays: trustedBrowserDays.optional(),
    resultClaims: resultProfile.optional(),
    testMode: testMode.optional(),
    enrolment: policyInput.nullable().default(null).openapi({ description: 'Null: users cannot set up tokens.' }),
    selfService: selfPolicyInput
      .nullable()
      .default(null)
      .openapi({ description: 'Null: there is no self-service page.' }),
    appearance: appearanceInput.nullable().default(null),
    links: linksInput.nullable().default(null),
  })
  .openapi('ResourceInput', { description: 'A new resource.', example: { allowedOrigins: ['https://shop.example'] } });
const changes = z
  .strictObject({
    ...settings,
    ...filters,
    ...beyond,
    enrolment: policyInput.nullable(),
    selfService: selfPolicyInput.nullable(),
    appearance: appearanceInput.nullable(),
    links: linksInput.nullable(),
  })
  .partial()
  .openapi('ResourceChanges', {
    description: 'What changes of a resource. Null removes a value.',
    example: { allowedOrigins: ['https://shop.example', 'https://*.shop.example'] },
  });
const warnings = z.array(z.enum(RESOURCE_WARNINGS)).openapi({
  example: [],
  description:
    'Risks of these settings. `OTP_ONLY_CAN_BE_LOCKED_OUT`: only a code is required, so anyone who knows a name can lock its token with wrong codes. `PASSWORD_ONLY_IS_ONE_FACTOR`: only the password is required, even from users with a token, so a stolen password is enough. `MAILED_CODE_ONLY_IS_ONE_FACTOR`: only a mailed code is required, so a stolen mailbox is enough. `SMS_IS_RESTRICTED`: an attacker who takes over a phone number gets its codes. `MAILBOX_RESETS_AND_CODES`: passwords are reset by email and codes by email count, so you must confirm a user without another token after a reset. `ENROLMENT_KIND_NOT_TAKEN`: a kind in `enrolment.kinds` is not among the `tokenKinds`, so it is not offered. `COLOURS_HARD_TO_READ`: colours of the `appearance` differ too little in the light or the dark theme.',
});
export const resourceView = z
  .object({
    id: resourceId,
    ...settings,
    ...filters,
    enrolment: policyView.nullable(),
    selfService: selfPolicyView.nullable(),
    appearance: appearanceView.nullable(),
    links: linksView.nullable(),
    ...boundedView,
    logo: z.string().nullable().openapi({
      description: 'SHA-256 of the logo, at `/widget/v1/logo?resource={id}&hash={logo}`. Null: there is none.',
      example: '9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08',
    }),
    hook: z.boolean().openapi({ description: 'Whether a hook is asked before a result is issued.', example: false }),
    testMode: testMode.nullable().openapi({ example: null }),
    warnings,
    createdAt,
    createdBy,
  })
  .openapi('Resource', { description: 'A resource.' });

export function presentResource({
  account: _account,
  texts: _texts,
  trustEpoch: _trustEpoch,
  createdBy,
  ...resource
}: Resource): z.input<typeof resourceView> {
  const { geoFilter = null, timeFilter = null, ipFilter = null } = resource;
  const { passwordReset = false, passkeySignIn = false, redirectUris = [], logo = null, testMode = null } = resource;
  const { breachedPasswords = 'off', signInNotices = false, hook = false, appRedirectUris = [] } = resource;
  const { firstFactor = 'password' } = resource;
  const { environment = null, rememberMs = null, trustedBrowserDays = null } = resource;
  const resultClaims = resource.resultClaims ? presentProfile(resource.resultClaims) : null;
  return {
    ...resource,
    geoFilter,
    timeFilter,
    ipFilter,
    redirectUris,
    appRedirectUris,
    passwordReset,
    firstFactor,
    breachedPasswords,
    signInNotices,
    passkeySignIn,
    environment,
    rememberMs,
    trustedBrowserDays,
    resultClaims,
    logo,
    hook,
    testMode,
    enrolment: presentPolicy(resource.enrolment),
    selfService: resource.selfService ? presentSelfPolicy(resource.selfService) : null,
    appearance: presentAppearance(resource.appearance),
    links: presentLinks(resource.links),
    tokenKinds: [...acceptedKinds(resource)],
    warnings: resourceWarnings(resource),
    createdBy,
  };
}

function presentSelfPolicy({ details, ...policy }: SelfServicePolicy): z.input<typeof selfPolicyView> {
  return { ...policy, details: [...details] };
}

const routes = describeObject(
  { path: '/resources', tag: 'Resources', one: 'a resource', many: 'resources', id: resourceId },
  {
    query: namedPageQuery,
    input,
    changes,
    shown: resourceView,
    made: resourceView,
    about: { remove: 'Users can no longer sign in to it. Its assignments are deleted.' },
  },
);

export const resourceRoutes = [
  route({
    ...routes.create,
    handle: async (c, ports: SecretPorts) => {
      const { geoFilter, timeFilter, ipFilter, environment, rememberMs, trustedBrowserDays, testMode, ...rest } =
        c.req.valid('json');
      const { enrolment, selfService, appearance, links, resultClaims, ...body } = rest;
      const settings = {
        ...body,
        ...omitUndefined({ environment, rememberMs, trustedBrowserDays, geoFilter, timeFilter, ipFilter, testMode }),
        ...omitUndefined({ resultClaims }),
        ...omitUndefined({ appearance: appearanceOf(appearance), links: linksFrom(links) }),
        ...(enrolment && { enrolment: policyOf(enrolment) }),
        ...(selfService && { selfService }),
      };
      const made = await createOnce(ports, c, 'res', async (birth) => {
        const verdict = await createResource(ports, c.get('act'), birth, settings);
        return isRefusal(verdict) ? verdict : toCreatedObject(verdict.resource, presentResource(verdict.resource));
      });
      return showCreated(c, made);
    },
  }),
  route({
    ...routes.list,
    handle: async (c, ports: SecretPorts) =>
      showPage(c, await listResources(ports, c.get('act'), c.req.valid('query')), presentResource),
  }),
  route({
    ...routes.read,
    handle: async (c, ports: SecretPorts) => {
      const found = await showResource(ports, c.get('act'), c.req.valid('param').id);
      return showOne(c, found, presentResource);
    },
  }),
  route({
    ...routes.update,
    handle: async (c, ports: SecretPorts) => {
      const { id } = c.req.valid('param');
      const { enrolment, appearance, links, ...body } = c.req.valid('json');
      const changes = {
        ...body,
        ...(enrolment !== undefined && { enrolment: enrolment && policyOf(enrolment) }),
        // What has only the usual values is stored as nothing.
        ...(appearance !== undefined && { appearance: appearanceOf(appearance) ?? null }),
        ...(links !== undefined && { links: linksFrom(links) ?? null }),
      };
      return showOne(c, await updateResource(ports, c.get('act'), id, changes, ifMatchVersions(c)), presentResource);
    },
  }),
  route({
    ...routes.remove,
    handle: async (c, ports: SecretPorts) =>
      showDeleted(c, await deleteResource(ports, c.get('act'), c.req.valid('param').id, ifMatchVersions(c))),
  }),
];
