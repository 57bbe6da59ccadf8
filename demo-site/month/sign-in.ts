import type { FlowView } from '@countersign/protocol/flow';
import { authenticate } from '../../server/authentication/authenticate.ts';
import type { ApiKeyId, ResourceId } from '../../server/kernel/ids.ts';
import type { ClientInfo } from '../../server/kernel/request-context.ts';
import { startFlow } from '../../server/sign-in/start/start-flow.ts';
import { STEPS } from '../../server/sign-in/steps.ts';
import { submitStep } from '../../server/sign-in/submit-step.ts';
import type { Member, Sites } from './members.ts';
import { must, openMoment, type Past } from './past.ts';
import type { Attempt, Site } from './plan-month.ts';

const SHOP_ORIGIN = 'http://127.0.0.1:8081';
const USER_AGENTS = [
  'Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0',
  'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36',
  'Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.5 Mobile/15E148 Safari/604.1',
];
/** The range that the staff portal's filter allows, and others; all of them are for documentation (RFC 5737). */
export const OFFICE_RANGE = '198.51.100.0/24';
const OUTSIDE = '203.0.113.77';

/** The browser of a member: at the office, or at home. */
export function clientOf(who: number, isAtOffice: boolean): ClientInfo {
  return {
    address: `${isAtOffice ? '198.51.100' : '192.0.2'}.${10 + who}`,
    userAgent: USER_AGENTS[who % USER_AGENTS.length] ?? '',
  };
}

/** One attempt, passed on by the backend of the site. */
export async function signInByBackend(
  past: Past,
  sites: Sites & { keys: Readonly<Record<Site, ApiKeyId>> },
  member: Member,
  { at, who, site, kind }: Attempt,
): Promise<void> {
  const moment = openMoment(past, at);
  const right = member.code?.(at) ?? '';
  const password = kind === 'wrong-password' ? `${member.password}x` : member.password;
  const otp = kind === 'wrong-code' ? wrong(right) : right;
  const actor = { kind: 'api-key', account: sites.account, id: sites.keys[site], scopes: ['authenticate'] } as const;
  const address = kind === 'outside' ? OUTSIDE : (clientOf(who, site === 'staff').address ?? '');
  const request = {
    method: 'password-otp',
    resource: sites.resources[site],
    user: member.login,
    password,
    otp,
  } as const;
  await authenticate(moment, { actor }, { ...request, address });
}

/** @returns the last view, and the handle for what may follow */
export async function signInByWidget(
  past: Past,
  typed: { resource: ResourceId; login: string; password: string; otp: string; who: number },
): Promise<{ view: FlowView; handle: string }> {
  const { resource, login, password, otp, who } = typed;
  const client = clientOf(who, false);
  const nonce = Buffer.from(past.random.bytes(16)).toString('base64url');
  const started = must(await startFlow(past, { resource, nonce, origin: SHOP_ORIGIN, client }));
  const { handle } = started;
  let view: FlowView = must(await submitStep(past, STEPS.identify, { handle, seq: started.seq, client }, { login }));
  view = must(await submitStep(past, STEPS.password, { handle, seq: view.seq, client }, { password }));
  if (view.step === 'otp') view = must(await submitStep(past, STEPS.otp, { handle, seq: view.seq, client }, { otp }));
  return { view, handle };
}

/** Another code than this one. */
export function wrong(code: string): string {
  return String((Number(code) + 1) % 1_000_000).padStart(6, '0');
}
