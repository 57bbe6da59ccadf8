import type { RefusalCode } from '../../../shared/wire/codes.ts';
import type { FlowBegun } from '../../../shared/wire/flow.ts';
import { assignmentTo, isAssigned } from '../../domain/assignments.ts';
import { environmentForbids, type JudgedEnvironment } from '../../domain/environment/environment-check.ts';
import {
  FLOW_LIFETIME_MS,
  type Flow,
  LOGIN_REQUEST_LIFETIME_MS,
  type LoginRequest,
  type ResultRecord,
} from '../../domain/flow.ts';
import { denied, finished, newFlow, requestedFlow } from '../../domain/flow-steps.ts';
import { decideFactors, denialCode } from '../../domain/methods.ts';
import type { Resource } from '../../domain/resource.ts';
import { acceptedKinds, factorOptions, factorStates, usableTokens } from '../../domain/second-factor.ts';
import { signingDenial, signingKinds } from '../../domain/signing.ts';
import type { Authentication } from '../../domain/step-up.ts';
import { documents } from '../../ports/documents.ts';
import { eventOf, type Whence } from '../act.ts';
import { readAccess } from '../authentication/read-access.ts';
import { type Pairs, readPairs } from '../authentication/read-pairs.ts';
import { judgeEnvironment } from '../environment/judge-environment.ts';
import { seenAtBeginning } from '../environment/seen-at-beginning.ts';
import { noteInPassing } from '../note-in-passing.ts';
import { offerFirst } from '../second-factor/offer-first.ts';
import { type Decision, transact, type Write } from '../transact.ts';
import { readUser } from '../users/find-user.ts';
import { isRefusal, refusal, type Verdict } from '../verdict.ts';
import { beginDemandedFlow } from './begin-demanded-flow.ts';
import { type Begun, finishing } from './finish-flow.ts';
import type { BeginFlowNeeds, FlowBeginning } from './flow-beginning.ts';
import { actOf, refusedEvent } from './flow-events.ts';
import { hashSecret, newSecret, parseLoginRequest, secretMatches, writeHandle } from './flow-handle.ts';
import { presentFlow } from './view-flow.ts';

/**
 * Second-factor-only mode, and transactions: the host's backend has named the person. A page may begin again with the same
 * login request (a reload, React's double mount): the later beginning takes the flow over, with what is left of its
 * attempts and whatever is under evaluation. It yields one result at most.
 *
 * On our own page nothing is taken over but the attempts that are left. Its address can be passed on, so whoever begins
 * again may be somebody else than whoever shows the factors: they start over, and the result is for the browser that it
 * came of alone (SR-5).
 */
export async function beginRequestedFlow(
  ports: BeginFlowNeeds,
  resource: Resource,
  input: FlowBeginning,
  loginRequest: string,
): Promise<Verdict<FlowBegun>> {
  const given = parseLoginRequest(loginRequest);
  if (!given) return refusal('LOGIN_REQUEST_INVALID');
  const fits = (request: LoginRequest) =>
    secretMatches(given.secret, request.secretHash) &&
    request.resource === resource.id &&
    request.nonce === input.nonce &&
    // One for our own page opens no widget, and the other way round.
    request.redirectUri === input.redirectUri;

  const [asked] = await ports.store.getMany([documents.loginRequest(given.id)], ports.clock.now());
  if (!asked || !fits(asked.value)) return refusal('LOGIN_REQUEST_INVALID');
  const access = await readAccess(ports, resource.id, input.whence.address);
  const whom = asked.value.user;
  const person = whom && (await readUser(ports, resource.account, whom));
  const pairs: Pairs = person ? await readPairs(ports, person, resource.id) : { user: undefined, tokens: [] };
  const seen = seenAtBeginning(ports, resource, input);
  const environment = whom && (await judgeEnvironment(ports, resource, whom, seen.environment));
  const earlier = await readEarlier(ports, asked.value);

  const tokens = pairs.tokens.map(({ value }) => value);
  const { transaction } = asked.value;
  const accepts = transaction ? signingKinds(resource, transaction) : acceptedKinds(resource);
  const usable = usableTokens(tokens, accepts, ports.clock.now());
  const options = factorOptions(usable);
  const offering = {
    id: given.id,
    // A sign-in goes on beyond the request; a transaction does not.
    expiresAt: transaction ? asked.value.expiresAt : ports.clock.now() + FLOW_LIFETIME_MS,
    ...(input.prefer && { prefer: input.prefer }),
    ...(transaction && { transaction }),
  };
  // A page that begins again goes on with what was asked before.
  const [before] = await ports.store.getMany([documents.flow(given.id)], ports.clock.now());
  const offered =
    before && !asked.value.redirectUri ? undefined : await offerFirst(ports, offering, resource, { options, usable });
  if (offered && isRefusal(offered)) return offered;

  const secret = newSecret(ports);
  const handleHash = hashSecret(secret);
  const keys = [documents.loginRequest(given.id), documents.flow(given.id), documents.result(given.id)] as const;

  const begun = await transact(
    ports,
    given.id,
    keys,
    ([request, running, result], now): Decision<Begun | undefined> => {
      if (!request || !fits(request.value)) return { answer: undefined };

      const { user, redirectUri } = request.value;
      const canBePassedOn = redirectUri !== undefined;
      // The page that has its result already asks again: the same result, for the newest handle.
      if (!canBePassedOn && running?.value.step === 'done' && result?.value.consumedAt === undefined && result) {
        return keep({ ...running.value, handleHash });
      }
      const ended = running?.value.step === 'done' || (running?.value.step === 'denied' && user !== undefined);
      if (request.value.usedAt !== undefined || ended) return { answer: undefined };

      const fresh = newFlow(given.id, resource, { ...input, ...seen, handleHash }, now);
      const attemptsLeft = running && leftOf(running.value);
      if (canBePassedOn && attemptsLeft === 0) return deny(fresh, 'TOO_MANY_ATTEMPTS', input.whence, now);
      // Nobody was named, so beginning again is signing in anew, with what is left of the attempts.
      if (user === undefined) {
        const flow = { ...fresh, attemptsLeft: attemptsLeft ?? fresh.attemptsLeft };
        return isRefusal(access) ? deny(flow, access.refused, input.whence, now) : keepBoth(flow, request.value);
      }
      const again = running && !canBePassedOn;
      const named = { ...request.value, user, attemptsLeft: attemptsLeft ?? request.value.attemptsLeft };
      const flow: Flow = again
        ? { ...running.value, ...seen, handleHash, origin: input.origin }
        : requestedFlow(fresh, named, pairs.user?.login, options, offered);
      if (isRefusal(access)) return deny(flow, access.refused, input.whence, now);

      const assignment = pairs.user && assignmentTo(pairs.user, resource.id);
      if (!pairs.user || !assignment || !isAssigned(assignment, tokens)) {
        return deny(flow, 'ACCESS_DENIED', input.whence, now);
      }

      if (transaction) {
        const denial = signingDenial(tokens, signingKinds(resource, transaction), now);
        return denial ? deny(flow, denial, input.whence, now) : keep(flow);
      }
      if (request.value.demand) {
        if (again) return keep(flow);
        const facts = { resource, user: pairs.user, tokens, earlier, environment, offered };
        const demanded = beginDemandedFlow(fresh, named, facts, now);
        if ('refused' in demanded) return deny(flow, demanded.refused, input.whence, now, environment);
        if (!('passed' in demanded)) return keep(demanded.flow);
        const end = finished(demanded.flow, demanded.passed, { now, resultLifetimeMs: resource.resultLifetimeMs });
        return complete(end, request.value, input.whence, now);
      }

      const method = request.value.hostCheckedPassword ? 'password-otp' : 'otp';
      const factors = decideFactors(method, factorStates(tokens, accepts, now));
      if (factors.kind === 'deny') return deny(flow, denialCode(factors.reason), input.whence, now);
      if (factors.otp) return keep(flow);
      if (environmentForbids(environment, 'skipped')) {
        return deny(flow, 'ENVIRONMENT_MISMATCH', input.whence, now, environment);
      }
      const percent = environment?.percent ?? undefined;
      const passed = {
        user: pairs.user,
        otp: 'skipped',
        ...(percent !== undefined && { environment: percent }),
      } as const;
      const end = finished(flow, passed, { now, resultLifetimeMs: resource.resultLifetimeMs });
      return complete(end, request.value, input.whence, now);
    },
  );
  if (!begun) return refusal('LOGIN_REQUEST_INVALID');
  if (begun.result) void noteInPassing(ports, documents.firstLogin(begun.result.account));
  return { ...(await presentFlow(ports, begun.flow, begun.result)), handle: writeHandle(given.id, secret) };
}

/** The sign-in that a login request builds upon, if it is still remembered; whose it is, is asked where it counts. */
async function readEarlier(
  ports: Pick<BeginFlowNeeds, 'store' | 'clock'>,
  { previous }: LoginRequest,
): Promise<Authentication | undefined> {
  if (previous === undefined) return undefined;
  const [stored] = await ports.store.getMany([documents.authentication(previous)], ports.clock.now());
  return stored?.value;
}

/** What a sign-in that starts over may still try. What is being checked is given up by that, and was an attempt. */
function leftOf({ attemptsLeft, claim }: Flow): number {
  return claim ? attemptsLeft - 1 : attemptsLeft;
}

function keep(flow: Flow): Decision<Begun> {
  const write: Write = { put: [{ key: documents.flow(flow.id), value: flow, expiresAt: flow.expiresAt }] };
  return { answer: { flow }, write };
}

/** The request lives on as long as a sign-in may take from when it was asked for, so that one may start over. */
function keepBoth(flow: Flow, request: LoginRequest): Decision<Begun> {
  const { answer, write } = keep(flow);
  const expiresAt = request.createdAt + LOGIN_REQUEST_LIFETIME_MS + FLOW_LIFETIME_MS;
  const value = { ...request, expiresAt };
  const kept = { key: documents.loginRequest(flow.id), value, expiresAt };
  return { answer, write: { ...write, put: [...(write?.put ?? []), kept] } };
}

function deny(
  flow: Flow,
  code: RefusalCode,
  whence: Whence,
  now: number,
  environment?: JudgedEnvironment,
): Decision<Begun> {
  const { answer, write } = keep(denied(flow, code));
  const percent = environment?.percent ?? undefined;
  const why = { refused: code, ...(percent !== undefined && { percent }) };
  const event = eventOf(actOf(flow, whence), refusedEvent(flow, why), now);
  return { answer, write: { ...write, append: [event] } };
}

function complete(
  end: { flow: Flow; result: ResultRecord },
  request: LoginRequest,
  whence: Whence,
  now: number,
): Decision<Begun> {
  return { answer: end, write: finishing(end.flow, end.result, request, whence, now) };
}
