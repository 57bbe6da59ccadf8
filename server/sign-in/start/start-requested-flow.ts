import type { StartedFlow } from '@countersign/protocol/flow';
import { omitUndefined } from '@countersign/protocol/omit-undefined';
import { decideFactors } from '../../authentication/decide-factors.ts';
import { authenticationDocument } from '../../authentication/documents.ts';
import { readAccess } from '../../authentication/read-access.ts';
import { acceptedKindsFrom, factorOptions, factorStates } from '../../authentication/second-factor.ts';
import { signingKinds } from '../../authentication/signing.ts';
import type { Authentication } from '../../authentication/step-up.ts';
import { assessEnvironment } from '../../browsers/assess-environment.ts';
import type { Stored } from '../../kernel/ports/store.ts';
import { type ClientInfo, createEvent } from '../../kernel/request-context.ts';
import { isRefusal, type Result, refusal } from '../../kernel/result.ts';
import { hashSecret, newSecret, secretMatches } from '../../kernel/secret-token.ts';
import { passwordDigest } from '../../passwords/password-digest.ts';
import type { Resource } from '../../resources/resource.ts';
import { forRequest } from '../../store/request-ports.ts';
import { type Decision, transact } from '../../store/transact.ts';
import { rulesOf } from '../../tokens/kinds/rules.ts';
import { type AssignedTokens, loadAssignedTokens } from '../../tokens/load-assigned-tokens.ts';
import type { Token } from '../../tokens/token.ts';
import { usableTokens } from '../../tokens/usable-tokens.ts';
import { epochOf } from '../../users/credential-epoch.ts';
import { readUser } from '../../users/find-user.ts';
import type { User } from '../../users/user.ts';
import { conclude, type Granted, noteFirstResult } from '../commit-step.ts';
import type { VerifiedFactors } from '../complete-flow.ts';
import { flowDocument, loginRequestDocument, resultDocument } from '../documents.ts';
import { offerEnrolment } from '../enrolment/offer-enrolment.ts';
import type { PendingEnrolment } from '../enrolment/pending-enrolment.ts';
import { type Replacement, startReplacement } from '../enrolment/start-replacement.ts';
import {
  FLOW_LIFETIME_MS,
  type Flow,
  type FlowChange,
  LOGIN_REQUEST_LIFETIME_MS,
  type LoginRequest,
  type ResultRecord,
} from '../flow.ts';
import { createRefusedEvent, userContext } from '../flow-events.ts';
import { createFlow, denyFlow } from '../flow-transitions.ts';
import { prepareFirst } from '../prepare-factor.ts';
import type { Rule, SignInEnd } from '../rule.ts';
import { notifySignIn } from '../rules/notices/notices.ts';
import { RULES } from '../rules.ts';
import { askBeforeResult, isOfUser } from '../run-rules.ts';
import { parseLoginRequest, putFlow, writeHandle } from '../stored-flow.ts';
import { presentFlow } from '../view-flow.ts';
import { reportedSignals, type StartFlowInput, type StartFlowNeeds } from './start-flow-input.ts';
import { decideLoginRequestStart, type LoginRequestFacts, type LoginRequestStart } from './start-from-login-request.ts';

/** What is stored of the sign-in that a host's backend has asked for. */
type StoredSignIn = readonly [
  request: Stored<LoginRequest> | undefined,
  running: Stored<Flow> | undefined,
  result: Stored<ResultRecord> | undefined,
];

/**
 * Starts a flow for a user whom the host's backend has named: second-factor-only mode, transactions and required
 * levels. A page may start again with the same login request (a reload, React's double mount);
 * `decideLoginRequestStart` decides on that. It yields at most one result.
 */
export async function startRequestedFlow(
  ports: StartFlowNeeds,
  resource: Resource,
  input: StartFlowInput,
  loginRequest: string,
  rules = RULES,
): Promise<Result<StartedFlow>> {
  const given = parseLoginRequest(loginRequest);
  if (!given) return refusal('LOGIN_REQUEST_INVALID');
  const { id } = given;
  const fits = (request: LoginRequest) =>
    secretMatches(given.secret, request.secretHash) &&
    request.resource === resource.id &&
    request.nonce === input.nonce &&
    // A request for the hosted page opens no widget, and the reverse.
    request.redirectUri === input.redirectUri;

  const [asked] = await ports.store.getMany([loginRequestDocument.key(id)], ports.clock.now());
  if (!asked || !fits(asked.value)) return refusal('LOGIN_REQUEST_INVALID');
  const seen = reportedSignals(ports, resource, input);
  const facts = await readFacts(ports, resource, input, asked.value, seen);
  if (isRefusal(facts)) return facts;

  const secret = newSecret(ports);
  const handleHash = hashSecret(secret);
  const keys = [loginRequestDocument.key(id), flowDocument.key(id), resultDocument.key(id)] as const;
  const decide = ([request, running, result]: StoredSignIn, now: number): LoginRequestStart | undefined => {
    if (!request || !fits(request.value)) return undefined;
    const named = request.value.user === undefined ? {} : { credentialEpoch: epochOf(request.value) };
    const fresh = { ...createFlow(id, resource, { ...input, ...seen, handleHash }, now), ...named };
    const before = { request: request.value, running: running?.value, result: result?.value };
    return decideLoginRequestStart(before, fresh, facts, now);
  };
  type Passed = Extract<LoginRequestStart, { kind: 'passed' }>;
  type Begun = FlowChange | Passed | undefined;
  const begin = (granted?: SignInEnd | Granted) =>
    transact(ports, id, keys, (stored, now): Decision<Begun> => {
      const [request, running] = stored;
      const beginning = decide(stored, now);
      if (!request || !beginning) return { answer: undefined };
      switch (beginning.kind) {
        case 'void':
          return { answer: undefined };
        case 'goes-on':
          return keep(beginning.flow);
        case 'asks-name':
          return keepBoth(beginning.flow, request.value);
        case 'denied': {
          // Recorded once, however often the page restarts a denied request (SR-65).
          if (running?.value.error?.code === beginning.code) return keep(denyFlow(beginning.flow, beginning.code));
          const percent = beginning.isOfEnvironment ? (facts.environment?.percent ?? undefined) : undefined;
          const end = refusal(beginning.code, {}, omitUndefined({ percent }));
          return deny(beginning.flow, { end }, input.client, now);
        }
        case 'passed': {
          // The rules are asked first, outside the commit.
          if (!granted) return { answer: beginning };
          if ('end' in granted) return deny(beginning.flow, granted, input.client, now);
          const about = { request: request.value, client: input.client, now };
          const { write, ...answer } = conclude(rules, beginning.flow, granted, about);
          return { answer, write };
        }
      }
    });
  let begun = await begin();
  if (begun && 'kind' in begun) begun = await begin(await askRules(ports, rules, begun, resource, input.client));
  if (!begun || 'kind' in begun) return refusal('LOGIN_REQUEST_INVALID');
  noteFirstResult(ports, begun.result);
  // No factor was shown here: nothing becomes known by it, and the user is told of it.
  if (begun.result && facts.user) {
    const told = notifySignIn(ports, userContext(begun.flow, input.client), facts.user.id, resource);
    await told.catch((error: unknown) => ports.reportFault('the rule of notices', error));
  }
  return { ...(await presentFlow(ports, begun.flow, begun.result)), handle: writeHandle(id, secret) };
}

/**
 * Everything that the decision reads besides the request and its flow; also prepares the challenge of the first option.
 */
async function readFacts(
  ports: StartFlowNeeds,
  resource: Resource,
  { client, prefer }: StartFlowInput,
  request: LoginRequest,
  { environment: browser }: ReturnType<typeof reportedSignals>,
): Promise<Result<LoginRequestFacts>> {
  const now = ports.clock.now();
  const { transaction } = request;
  const access = await readAccess(ports, resource.id, client.address);
  const known = request.user && (await readUser(ports, resource.account, request.user));
  // The host named the user as they were then (SR-39).
  const assigned: AssignedTokens =
    known && epochOf(known) === epochOf(request)
      ? await loadAssignedTokens(ports, known, resource.id)
      : { user: undefined, tokens: [] };
  const tokens = assigned.tokens.map(({ value }) => value);

  const accepts = transaction
    ? signingKinds(resource, transaction, assigned.user)
    : acceptedKindsFrom(assigned.user ?? {}, resource);
  const usable = usableTokens(tokens, accepts, now);
  const offering = {
    id: request.flow,
    // A sign-in continues beyond the request; a transaction does not.
    expiresAt: transaction ? request.expiresAt : now + FLOW_LIFETIME_MS,
    ...omitUndefined({ prefer, transaction }),
  };
  // A page that starts again continues with the same challenge.
  const [running] = await ports.store.getMany([flowDocument.key(request.flow)], now);
  const goesOn = running && !request.redirectUri;
  const ways = { options: factorOptions(usable), usable };
  const offered = goesOn ? undefined : await prepareFirst(ports, offering, resource, ways);
  if (offered && isRefusal(offered)) return offered;
  return {
    resource,
    barred: isRefusal(access) ? access.refused : undefined,
    user: assigned.user,
    passwordDigest: passwordDigest(assigned.user ?? {}),
    tokens,
    earlier: await readEarlier(ports, request),
    enrolling: assigned.user && (await offerFirstToken(ports, resource, assigned.user, tokens, request)),
    replacement: assigned.user && (await offerReplacement(ports, resource, assigned.user, tokens, request)),
    environment: request.user && (await assessEnvironment(ports, resource, request.user, browser)),
    offered,
  };
}

/** A user without a token sets one up, if the host has checked the password and the resource demands a token. */
async function offerFirstToken(
  ports: StartFlowNeeds,
  resource: Resource,
  user: User,
  tokens: readonly Token[],
  { hostCheckedPassword, transaction }: LoginRequest,
): Promise<PendingEnrolment | undefined> {
  if (!hostCheckedPassword || transaction || tokens.some((token) => !rulesOf(token).isSubstitute)) return undefined;
  const question = { user, resource, basis: 'site-password', isAsked: false } as const;
  return offerEnrolment(ports, question, { otp: 'not_used' });
}

/** What comes first where the host has checked the password and all tokens are deactivated. */
async function offerReplacement(
  ports: StartFlowNeeds,
  resource: Resource,
  user: User,
  tokens: readonly Token[],
  { hostCheckedPassword, transaction, demand }: LoginRequest,
): Promise<Replacement | undefined> {
  if (!hostCheckedPassword || transaction || demand) return undefined;
  const factors = decideFactors(
    'password-otp',
    factorStates(tokens, acceptedKindsFrom(user, resource), ports.clock.now()),
  );
  if (factors.kind !== 'factors' || !factors.otpSkipped) return undefined;
  return startReplacement(ports, { user, resource, tokens, passed: { otp: 'not_used' } });
}

/** The sign-in that a login request builds on, if it is still remembered; its owner is checked where it counts. */
async function readEarlier(
  ports: Pick<StartFlowNeeds, 'store' | 'clock'>,
  { previous }: LoginRequest,
): Promise<Authentication | undefined> {
  if (previous === undefined) return undefined;
  const [stored] = await ports.store.getMany([authenticationDocument.key(previous)], ports.clock.now());
  return stored?.value;
}

function keep(flow: Flow): Decision<FlowChange> {
  return { answer: { flow }, write: putFlow(flowDocument.key, flow) };
}

/** The request lives as long as a sign-in may take, from its creation, so that the user may start over. */
function keepBoth(flow: Flow, request: LoginRequest): Decision<FlowChange> {
  const { answer, write } = keep(flow);
  const expiresAt = request.createdAt + LOGIN_REQUEST_LIFETIME_MS + FLOW_LIFETIME_MS;
  const value = { ...request, expiresAt };
  const kept = { key: loginRequestDocument.key(flow.id), value, expiresAt };
  return { answer, write: { ...write, put: [...(write?.put ?? []), kept] } };
}

function deny(
  flow: Flow,
  { end, after = (denied) => denied }: SignInEnd,
  client: ClientInfo,
  now: number,
): Decision<FlowChange> {
  const { answer, write } = keep(after(denyFlow(flow, end.refused)));
  const event = createEvent(userContext(flow, client), createRefusedEvent(flow, end), now);
  return { answer, write: { ...write, append: [event] } };
}

/** Asks the rules about a sign-in of which no factor is missing. */
async function askRules(
  ports: StartFlowNeeds,
  rules: readonly Rule[],
  { flow, passed }: { flow: Flow; passed: VerifiedFactors },
  resource: Resource,
  client: ClientInfo,
): Promise<SignInEnd | Granted> {
  const context = { flow, resource, client, input: {} };
  return isOfUser(passed)
    ? askBeforeResult(rules, forRequest(ports), { ...context, passed })
    : { resource, passed, marks: {} };
}
