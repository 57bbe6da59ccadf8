import type { FlowView } from '@countersign/protocol/flow';
import { omitUndefined } from '@countersign/protocol/omit-undefined';
import { callDependency } from '../kernel/dependency.ts';
import type { Ports } from '../kernel/ports/ports.ts';
import type { ClientInfo } from '../kernel/request-context.ts';
import { type Result, refusal } from '../kernel/result.ts';
import { requestOf } from '../tokens/kinds/passkey/passkey-request.ts';
import { describePasskey } from '../tokens/kinds/passkey/start-passkey-registration.ts';
import { KIND_RULES } from '../tokens/kinds/rules.ts';
import { untilResendMs } from '../tokens/kinds/sent/out-of-band-code.ts';
import { codeOf, returnAddress } from './apps/app-code.ts';
import { claimsOf } from './complete-flow.ts';
import { resultDocument } from './documents.ts';
import { recoveryCodesOf, showEnrolment, showSending } from './enrolment/show-enrolment.ts';
import { type Flow, isAt, type ResultRecord, SECOND_STEPS } from './flow.ts';
import { presentError } from './flow-transitions.ts';
import { isMailedCodeLive, MAILED_OPTION, resendMailedMs } from './mailed-codes/mailed-code.ts';
import { validateResult } from './results/validate-result.ts';
import { viewSelfService } from './self-service/view.ts';
import { readFlow } from './stored-flow.ts';

type Needs = Pick<Ports, 'store' | 'clock' | 'random' | 'secrets' | 'signer' | 'codes' | 'courier' | 'archive'> & {
  issuer: string;
  rpId?: string | undefined;
};

/** The state of a sign-in, for the frame that holds its handle: also for a phone that reloads the page. */
export async function viewFlow(ports: Needs, handle: unknown, client?: ClientInfo): Promise<Result<FlowView>> {
  const flow = await readFlow(ports, handle);
  if (!flow) return refusal('FLOW_NOT_FOUND');
  client?.onAccount?.(flow.account);
  return presentFlow(ports, flow);
}

/**
 * The view of a flow; a completed one includes its result, signed again from the record while that is valid.
 * @param known the result if this request created it
 */
export async function presentFlow(ports: Needs, flow: Flow, known?: ResultRecord): Promise<FlowView> {
  const now = ports.clock.now();
  const view: FlowView = {
    step: flow.step === 'mail' ? 'otp' : flow.step,
    seq: flow.seq,
    ...omitUndefined({ login: flow.login }),
    expiresAt: flow.expiresAt,
    now,
  };
  if (isAt(flow, SECOND_STEPS) && flow.factors) {
    view.factors = flow.factors;
    if (flow.factor !== undefined) view.factor = flow.factor;
    if (flow.question !== undefined) view.question = flow.question;
    // A code on paper replaces the token: it trusts no browser.
    if (flow.trust && flow.step !== 'recovery') view.trustDays = flow.trust.days;
    if (flow.sent && flow.sent.token === flow.factor) {
      const { to, expiresAt, resendAt } = flow.sent;
      view.sent = { to, expiresAt, resendAfterMs: untilResendMs(resendAt, now) };
    }
  }
  if (flow.step === 'mail') {
    const { login: to, mailed } = flow;
    view.factors = [{ id: MAILED_OPTION, kind: 'email', to }];
    view.factor = MAILED_OPTION;
    // No address: the name may be anyone's, and may have none.
    if (isMailedCodeLive(mailed, now)) {
      view.sent = { to: '', expiresAt: mailed.expiresAt, resendAfterMs: resendMailedMs(mailed, now) };
    }
  }
  if (isAt(flow, PASSKEY_STEPS) && flow.passkey) view.passkey = requestOf(flow.passkey);
  if (flow.transaction) view.transaction = { fields: flow.transaction.fields };
  if (flow.step === 'enrol') {
    view.enrol = await showEnrolment(ports, flow);
    const sent = showSending(flow.enrolling.making, now);
    if (sent) view.sent = sent;
  }
  if (flow.step === 'codes' && flow.enrolling.recovery !== undefined) {
    view.codes = recoveryCodesOf(ports, flow, flow.enrolling.recovery).codes;
  }
  if (flow.step === 'self') {
    const self = await viewSelfService(ports, flow);
    // The page's context has changed elsewhere (SR-38, SR-39).
    if (!self) return { ...view, step: 'denied', error: { code: 'FLOW_NOT_FOUND' } };
    view.self = self;
  }
  if ((flow.step === 'denied' || flow.step === 'done') && flow.unlock) view.unlock = flow.unlock;
  if (flow.error) {
    view.error = presentError(flow.error, now);
  }
  if (flow.step === 'done') {
    const record = known ?? (await ports.store.getMany([resultDocument.key(flow.id)], now))[0]?.value;
    if (!record || record.consumedAt !== undefined || record.exchangedAt !== undefined) return view;
    // A result created by this request was just checked. Otherwise the user may have lost access since.
    if (!known && (await validateResult(ports, record))) {
      return { ...view, step: 'denied', error: { code: 'ACCESS_DENIED' } };
    }
    // Only in answer to the last factor: a later reader of the flow may be another client.
    if (known && flow.upgrade && flow.user !== undefined) {
      const creation = await describePasskey(ports, { account: flow.account, id: flow.user }, flow.upgrade.draft);
      if (creation) view.upgrade = creation;
    }
    if (record.kind !== undefined) view.used = KIND_RULES[record.kind].factor;
    // The page of an app gets an address with a code: the result is for the verifier alone.
    view.result = record.app
      ? returnAddress(record.app, { code: codeOf(ports, record) }, ports.issuer)
      : await callDependency('signing a result', () => ports.signer.sign(claimsOf(record, ports.issuer)));
  }
  return view;
}

/** The steps at which a passkey may respond. */
const PASSKEY_STEPS = ['identify', 'passkey', 'sign'] as const;
