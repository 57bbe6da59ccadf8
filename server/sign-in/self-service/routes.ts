import { FLOW_HEADER } from '@countersign/protocol/flow';
import { omitUndefined } from '@countersign/protocol/omit-undefined';
import { z } from '@hono/zod-openapi';
import { browserTraits } from '../../browsers/environment-fields.ts';
import { email, label, languageTag, password, resourceId, tokenId, trustedBrowserId } from '../../http/api/fields.ts';
import { internalRoute } from '../../http/api/route.ts';
import { refuseResult } from '../../http/api/router.ts';
import { clientInfo } from '../../http/client-info.ts';
import { mailLanguage } from '../../kernel/mail.ts';
import type { BuiltFiles } from '../../kernel/ports/built-files.ts';
import type { Ports } from '../../kernel/ports/ports.ts';
import { isRefusal, type Result } from '../../kernel/result.ts';
import type { Flow } from '../flow.ts';
import { readSelfPage } from '../pages/page-info.ts';
import { showDocument } from '../pages/show-document.ts';
import type { StartFlowNeeds } from '../start/start-flow-input.ts';
import { startSelfFlow } from '../start/start-self-flow.ts';
import { flowResponse, stepRequest, typedOtp } from '../step-fields.ts';
import type { SignInPorts, StepRequest } from '../step-outcome.ts';
import { presentFlow } from '../view-flow.ts';
import { addOwnToken } from './add-token.ts';
import { cancelEmailChange, confirmEmailChange, requestEmailChange } from './change-email.ts';
import { changeOwnNames } from './change-names.ts';
import { changeOwnPassword } from './change-password.ts';
import { changeOwnPin } from './change-pin.ts';
import { endOwnTrust, forgetOwnBrowsers } from './forget-browsers.ts';
import { reauthenticateUser } from './reauthenticate.ts';
import { removeOwnToken } from './remove-token.ts';
import { renameOwnToken } from './rename-token.ts';
import { keepRecoveryCodes, renewRecoveryCodes } from './renew-recovery-codes.ts';
import { resyncOwnToken } from './resync-token.ts';
import { signOutOfSelfService } from './sign-out.ts';

const startInput = z.strictObject({ resource: resourceId, traits: browserTraits.optional() });
/** `language`: the language of the frame, for the mails of an action. */
const plain = z.strictObject({ seq: z.int().min(0).max(1000), language: languageTag.transform(mailLanguage) });
const ofToken = plain.extend({ token: tokenId });
const ownName = z.union([label(100), z.literal('')]).optional();

/** The fields of each action, and its handler, by its path after `/flow/self/`. */
const ACTIONS = {
  prove: action(plain, reauthenticateUser),
  add: action(plain, addOwnToken),
  rename: action(ofToken.extend({ name: label(100) }), renameOwnToken),
  remove: action(ofToken, removeOwnToken),
  resync: action(
    ofToken
      .extend({ first: typedOtp, second: typedOtp })
      .transform(({ first, second, ...rest }) => ({ ...rest, otps: [first, second] as const })),
    resyncOwnToken,
  ),
  pin: action(ofToken.extend({ pin: z.string().regex(/^[0-9]{4}$/) }), changeOwnPin),
  'recovery-codes': action(plain, renewRecoveryCodes),
  'codes-kept': action(plain, keepRecoveryCodes),
  password: action(plain.extend({ current: password, password }), changeOwnPassword),
  names: action(
    plain
      .extend({ firstName: ownName, secondName: ownName })
      .transform(({ firstName, secondName, ...rest }) => ({ ...rest, names: { firstName, secondName } })),
    changeOwnNames,
  ),
  email: action(plain.extend({ email }), requestEmailChange),
  'email/confirm': action(plain.extend({ code: z.string().min(1).max(40) }), confirmEmailChange),
  'email/drop': action(plain, cancelEmailChange),
  'forget-browsers': action(plain, forgetOwnBrowsers),
  'end-trust': action(plain.extend({ browser: trustedBrowserId.optional() }), endOwnTrust),
} as const;

type ActionPath = `/flow/self/${string}`;

function action<Input extends { seq: number }>(
  schema: z.ZodType<Input>,
  run: (ports: SignInPorts, request: StepRequest & Input) => Promise<Result<Flow>>,
) {
  return (path: ActionPath) =>
    internalRoute({
      method: 'post',
      path,
      // The handle of the sign-in is the authority, and each action is claimed by its `seq` like any step.
      scope: 'public',
      isSameOriginOnly: true,
      body: schema,
      handle: async (c, ports: SignInPorts, body) => {
        const flow = await run(ports, { ...body, ...stepRequest(c, body.seq) });
        return flowResponse(c, isRefusal(flow) ? flow : await presentFlow(ports, flow));
      },
    });
}

type Needs = Ports & StartFlowNeeds & { widget: BuiltFiles };

/** What users change about themselves, at the step `self` of a sign-in, and the hosted page that leads there. */
export const selfServiceRoutes = [
  internalRoute({
    method: 'post',
    path: '/self-flows',
    // The users are about to sign in. The handle that it returns is the authority from then on.
    scope: 'public',
    isSameOriginOnly: true,
    body: startInput,
    handle: async (c, ports: Needs, { resource, traits }) => {
      const verdict = await startSelfFlow(ports, { resource, ...omitUndefined({ traits }), client: clientInfo(c) });
      return isRefusal(verdict) ? refuseResult(c, verdict) : c.json(verdict, 201);
    },
  }),
  ...Object.entries(ACTIONS).map(([path, declare]) => declare(`/flow/self/${path}`)),
  internalRoute({
    method: 'post',
    path: '/flow/self/leave',
    // The handle of the sign-in is the authority.
    scope: 'public',
    isSameOriginOnly: true,
    handle: async (c, ports: Needs) => {
      const verdict = await signOutOfSelfService(ports, c.req.header(FLOW_HEADER), clientInfo(c));
      return isRefusal(verdict) ? refuseResult(c, verdict) : c.body(null, 204);
    },
  }),
  internalRoute({
    method: 'get',
    path: '/self',
    // The page is the same for everyone. It cannot be framed: the user signs in on it.
    scope: 'public',
    handle: async (c, ports: Needs) => {
      const { resource, shown } = await readSelfPage(ports, c.req.query('resource') ?? '', c.req.query('origin'));
      return showDocument(c, ports.widget, { resource, frameAncestors: [], self: true }, shown);
    },
  }),
];
