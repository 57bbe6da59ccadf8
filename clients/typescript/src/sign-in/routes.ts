import { CountersignError, isCountersignError } from '../error.ts';
import { bodyKind, checkPost } from './check-post.ts';
import { checkDemand, type LevelDemand } from './level.ts';
import type { SignInRules } from './options.ts';
import { type Body, readBody } from './read-body.ts';
import { redirectPath } from './redirect-path.ts';
import { redirect, refuse, respond, respondTo, type SiteRefusal } from './respond.ts';
import type { SignInState, SiteSession } from './session.ts';
import { beginOrContinue, refuseVisitor, verifySignIn } from './sign-in.ts';

/** `POST nonce`: begins a sign-in, or continues the one of this session after a reload. */
export async function postNonce<Context>(rules: SignInRules<Context>, request: Request, context: Context) {
  const body = await readPost(rules, request);
  if (typeof body === 'string') return refuse(body);
  const demand = readDemand(rules, body);
  if (demand === 'INPUT_INVALID') return refuse(demand);
  const session = await openSession(rules, context);
  const state = (await session.read()) ?? {};
  const refusal = await refuseVisitor(rules, state, demand);
  if (refusal) {
    if (state.pending) await session.write(withoutPending(state));
    return refuse(refusal);
  }
  try {
    const begun = await beginOrContinue(rules, state, demand);
    // A sign-out while the service was asked has ended a session that this would bring back.
    if (!isSameVisitor(state, await session.read())) return refuse('SIGN_IN_REQUIRED');
    await session.write({ ...state, begun });
    const { nonce, loginRequest } = begun;
    return respond(loginRequest === undefined ? { nonce } : { nonce, loginRequest });
  } catch (error) {
    return respondTo(error);
  }
}

/** `POST sign-in`: the result that the widget gave to the page. It is read from the body alone: addresses are logged. */
export async function postSignIn<Context>(rules: SignInRules<Context>, request: Request, context: Context) {
  const body = await readPost(rules, request);
  if (typeof body === 'string') return refuse(body);
  if (!bodyKind(request)) return refuse('MEDIA_TYPE_UNSUPPORTED');
  const session = await openSession(rules, context);
  const { begun, ...state } = (await session.read()) ?? {};
  // Out of the session before anything is verified, so that it serves once.
  if (begun) await session.write(state);
  const result = body.members.get(body.kind === 'form' ? 'countersign_result' : 'result');
  try {
    const signIn = await verifySignIn(rules, { state, begun, result });
    if (signIn === 'SECOND_FACTOR_ENDED' && state.pending) await session.write(withoutPending(state));
    if (typeof signIn === 'string') return refuse(signIn);
    const { user, claims } = signIn;
    if ((await rules.onSignIn?.(user, claims, context)) === false) return refuse('ACCESS_DENIED');
    await session.renew({ user });
  } catch (error) {
    return respondTo(error);
  }
  return leadTo(redirectPath(body.members.get('next')) ?? rules.afterSignIn, body);
}

/** `POST sign-out`. */
export async function postSignOut<Context>(rules: SignInRules<Context>, request: Request, context: Context) {
  const body = await readPost(rules, request);
  if (typeof body === 'string') return refuse(body);
  const session = await rules.session(context);
  await session.renew({});
  return leadTo(rules.afterSignOut, body);
}

async function readPost(rules: { origin: string }, request: Request): Promise<Body | SiteRefusal> {
  return checkPost(request, rules.origin) ?? readBody(request);
}

async function openSession<Context>({ session, client }: SignInRules<Context>, context: Context): Promise<SiteSession> {
  const opened = await session(context);
  // Only the service can refuse a result that is sent again with an earlier copy of the cookie.
  if (opened.isInCookie !== true || client) return opened;
  throw new CountersignError('OPTION_INVALID', '"client" is needed with sessions that are in a cookie.');
}

/** A page can demand more than every sign-in must prove, and never less. */
function readDemand<Context>(
  { require }: Pick<SignInRules<Context>, 'require'>,
  { members }: Body,
): LevelDemand | undefined | 'INPUT_INVALID' {
  const demand: LevelDemand = Object.fromEntries(
    ['acr', 'maxAgeMs'].filter((name) => members.has(name)).map((name) => [name, members.get(name)]),
  );
  if (Object.keys(demand).length === 0) return undefined;
  try {
    return { ...checkDemand(demand), ...(require?.acr && { acr: require.acr }) };
  } catch (error) {
    if (isCountersignError(error)) return 'INPUT_INVALID';
    throw error;
  }
}

function isSameVisitor(before: SignInState, after: SignInState | undefined): boolean {
  const who = ({ user, pending }: SignInState) => JSON.stringify([user, pending]);
  return who(before) === who(after ?? {});
}

function withoutPending({ pending: _, begun: __, ...state }: SignInState): SignInState {
  return state;
}

function leadTo(path: string, { kind }: Body): Response {
  return kind === 'form' ? redirect(path) : respond({ redirect: path });
}
