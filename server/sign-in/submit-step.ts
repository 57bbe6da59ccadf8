import type { FlowView } from '@countersign/protocol/flow';
import { accessKeys, readAccess, readAccessAgain } from '../authentication/read-access.ts';
import type { RawKey } from '../kernel/ports/store.ts';
import { isRefusal, type Result } from '../kernel/result.ts';
import { forRequest } from '../store/request-ports.ts';
import { newOperation } from '../store/transact.ts';
import { nameKey } from '../users/find-user.ts';
import { type Claim, commitCompletion, commitEnd, commitMove, commitRefusal, type Granted } from './commit-step.ts';
import type { VerifiedFactors } from './complete-flow.ts';
import { flowDocument } from './documents.ts';
import { type AnswerableStep, type Flow, isAt } from './flow.ts';
import { userContext } from './flow-events.ts';
import type { BeforeStep, SignInEnd } from './rule.ts';
import { RULES } from './rules.ts';
import { askBeforeClaim, askBeforeResult, askBeforeStep, askOnRefusal, isOfUser, runAfterResult } from './run-rules.ts';
import type { Step } from './step.ts';
import type { SignInPorts, StepOutcome, StepPorts, StepRequest } from './step-outcome.ts';
import {
  claimFlowStep,
  flowKeys,
  type Handle,
  openFlow,
  readByHandle,
  readFlowAhead,
  releaseStep,
} from './stored-flow.ts';

/** What was decided about a step: a factor may be missing, refused, or the last one. */
type Verdict = Exclude<StepOutcome, { finish: VerifiedFactors }> | SignInEnd | (BeforeStep & Granted);

/**
 * Submits one step of a sign-in: claims it, evaluates it, and commits what was decided. The claim makes simultaneous
 * requests one attempt. The flow is bound to its resource, whose rules are read before and after the evaluation (SR-4).
 * Features take part as `rules`, which are asked in their order.
 */
export async function submitStep<Input extends object>(
  processPorts: SignInPorts,
  step: Step<AnswerableStep, Input>,
  request: StepRequest,
  input: Input,
  rules = RULES,
): Promise<Result<FlowView>> {
  const ports = forRequest(processPorts);
  const attempt = newOperation(ports);
  await readFlowAhead(ports, request);
  const open = (handle: Handle) => openFlow(ports, handle);
  const readFlow = () => readByHandle(ports, flowDocument.key, request.handle, open);
  const marks = await askBeforeClaim(rules, ports, { step, request, readFlow });
  if (isRefusal(marks)) return marks;
  const claimed = await claimFlowStep(ports, flowDocument.key, { ...request, steps: step.at, attempt }, open);
  if (isRefusal(claimed)) return claimed;
  const { flow } = claimed;
  try {
    if (!isAt(flow, step.at)) throw new TypeError(`claimed at ${flow.step}, which the row does not accept`);
    const now = ports.clock.now();
    await ports.store.readAhead([...flowKeys(flow.id), ...evaluationKeys(flow)], now);
    const held = await ports.store.getMany(flowKeys(flow.id), now);
    const claim = { flow, attempt, marks, client: request.client, held, rules };
    return await commitVerdict(ports, step, claim, await evaluate(ports, step, claim, input));
  } catch (error) {
    await releaseStep(processPorts, flowDocument.key, flow.id, attempt);
    throw error;
  }
}

async function evaluate<Input extends object>(
  ports: StepPorts,
  { handle }: Step<AnswerableStep, Input>,
  { flow, client, rules }: Claim,
  input: Input,
): Promise<Verdict> {
  const access = await readAccess(ports, flow.resource, client.address);
  if (isRefusal(access)) return { end: access };
  const context = { flow, resource: access.resource, client, input };
  const outcome = (await askBeforeStep(rules, ports, context)) ?? (await handle(ports, { ...context, rules }, input));
  return 'finish' in outcome ? grant(ports, rules, context, outcome.finish) : outcome;
}

/** The checks after the last factor. On a test resource no user signs in, and no rule is asked. */
async function grant(
  ports: StepPorts,
  rules: Claim['rules'],
  { resource: known, ...context }: BeforeStep,
  passed: VerifiedFactors,
): Promise<SignInEnd | (BeforeStep & Granted)> {
  const access = await readAccessAgain(ports, known, context.client.address);
  if (isRefusal(access)) return { end: access };
  const { resource } = access;
  if (!isOfUser(passed)) return { ...context, resource, passed, marks: {} };
  return askBeforeResult(rules, ports, { ...context, resource, passed });
}

async function commitVerdict(
  ports: StepPorts,
  step: Step<AnswerableStep, never>,
  claim: Claim,
  verdict: Verdict,
): Promise<Result<FlowView>> {
  const { rules, flow, client } = claim;
  if ('move' in verdict) return commitMove(ports, step, claim, verdict);
  if ('end' in verdict) return commitEnd(ports, step, claim, verdict);
  if ('refusal' in verdict) {
    const asked = { step, flow, client, refusal: verdict.refusal };
    return commitRefusal(ports, step, claim, verdict, await askOnRefusal(rules, ports, asked));
  }
  const view = await commitCompletion(ports, step, claim, verdict);
  const { passed } = verdict;
  if (isRefusal(view) || view.step === 'denied' || !isOfUser(passed)) return view;
  const act = userContext({ account: flow.account, user: passed.user.id }, client);
  return { ...view, ...(await runAfterResult(rules, ports.process, { ...verdict, passed, act })) };
}

/** What the evaluation of a step reads first: the rules of the resource, and who signs in. */
function evaluationKeys({ resource, account, user, login }: Flow): RawKey[] {
  const name = user ?? login;
  return [...accessKeys(resource, account), ...(name === undefined ? [] : [nameKey(account, name)])];
}
