import type { FlowView } from '@countersign/protocol/flow';
import { DependencyFailed } from '../kernel/dependency.ts';
import { isRefusal, type Refusal, type Result } from '../kernel/result.ts';
import { SECOND_MS } from '../kernel/time.ts';
import { withDeadline } from '../kernel/with-deadline.ts';
import type { VerifiedFactors } from './complete-flow.ts';
import type { Flow } from './flow.ts';
import type {
  AfterResult,
  BeforeClaim,
  BeforeResult,
  BeforeStep,
  Completion,
  FirstFactor,
  FirstFactorFacts,
  FlowMarks,
  InResult,
  LockedOut,
  Rule,
  SignInEnd,
  VerifiedFirstFactor,
  VerifiedSecondFactor,
  WayBack,
} from './rule.ts';
import type { SignInPorts, StepOutcome, StepPorts } from './step-outcome.ts';

/** The hooks of the rules, each in the order of the list. */

/** Longer than any rule takes that works, and over before another request may take the step. */
const RULE_DEADLINE_MS = 10 * SECOND_MS;

type Rules = readonly Rule[];

/**
 * The answer of a hook. One that takes nothing slow costs no timer.
 *
 * @throws DependencyFailed if it takes too long
 */
function inTime<T>({ name }: Rule, answer: T | Promise<T>): T | Promise<T> {
  if (!(answer instanceof Promise)) return answer;
  return withDeadline(answer, RULE_DEADLINE_MS, () => new DependencyFailed(`the rule of ${name}`, { cause: 'time' }));
}

export async function askBeforeClaim(rules: Rules, ports: StepPorts, asked: BeforeClaim): Promise<Result<FlowMarks>> {
  let marks: FlowMarks = {};
  for (const rule of rules) {
    const answer = await inTime(rule, rule.beforeClaim?.(ports, asked));
    if (answer && isRefusal(answer)) return answer;
    marks = { ...marks, ...answer };
  }
  return marks;
}

export async function askBeforeStep(
  rules: Rules,
  ports: StepPorts,
  context: BeforeStep,
): Promise<StepOutcome | SignInEnd | undefined> {
  for (const rule of rules) {
    const decided = await inTime(rule, rule.beforeStep?.(ports, context));
    if (decided) return decided;
  }
  return undefined;
}

export async function assessByRules(
  rules: Rules,
  ports: StepPorts,
  first: FirstFactor,
): Promise<FirstFactorFacts & { marks: FlowMarks }> {
  let facts: FirstFactorFacts & { marks: FlowMarks } = { marks: {} };
  for (const rule of rules) {
    const more = await inTime(rule, rule.assessFirstFactor?.(ports, first));
    facts = { ...facts, ...more, marks: { ...facts.marks, ...more?.marks } };
  }
  return facts;
}

/** The marks of all rules up to the one that has decided. `decided` undefined: none has. */
export async function decideByRules(
  rules: Rules,
  ports: StepPorts,
  first: VerifiedFirstFactor,
): Promise<{ decided: Result<StepOutcome> | undefined; marks: FlowMarks }> {
  let marks: FlowMarks = {};
  for (const rule of rules) {
    const answer = await inTime(rule, rule.afterFirstFactor?.(ports, first));
    if (answer && !('marks' in answer)) return { decided: answer, marks };
    marks = { ...marks, ...answer?.marks };
  }
  return { decided: undefined, marks };
}

/** What a user whom locked tokens keep out can do about it. */
export async function askOnLock(rules: Rules, ports: StepPorts, locked: LockedOut): Promise<WayBack | undefined> {
  for (const rule of rules) {
    const way = await inTime(rule, rule.onLock?.(ports, locked));
    if (way) return way;
  }
  return undefined;
}

export async function askAfterSecondFactor(
  rules: Rules,
  ports: StepPorts,
  second: VerifiedSecondFactor,
): Promise<StepOutcome | undefined> {
  for (const rule of rules) {
    const decided = await inTime(rule, rule.afterSecondFactor?.(ports, second));
    if (decided) return decided;
  }
  return undefined;
}

/** What may be committed as a result; `end`: a rule has refused it. */
export async function askBeforeResult(
  rules: Rules,
  ports: StepPorts,
  asked: BeforeResult,
): Promise<SignInEnd | (BeforeResult & { marks: FlowMarks })> {
  let context = { ...asked, marks: {} as FlowMarks };
  for (const rule of rules) {
    const answer = await inTime(rule, rule.beforeResult?.(ports, context));
    if (!answer) continue;
    if ('end' in answer) return answer;
    const { passed, marks, resource = context.resource } = answer;
    context = {
      ...context,
      resource,
      passed: { ...context.passed, ...passed },
      marks: { ...context.marks, ...marks },
    };
  }
  return context;
}

export function applyInResult(rules: Rules, end: Completion, context: InResult): Completion | Refusal {
  let last = end;
  for (const rule of rules) {
    const next = rule.inResult?.(last, context) ?? last;
    if (isRefusal(next)) return next;
    last = next;
  }
  return last;
}

/** The changes of the flow that go with a refusal. */
export async function askOnRefusal(
  rules: Rules,
  ports: StepPorts,
  context: Parameters<NonNullable<Rule['onRefusal']>>[1],
): Promise<<F extends Flow>(flow: F) => F> {
  let change = <F extends Flow>(flow: F): F => flow;
  for (const rule of rules) {
    const [before, more] = [change, await inTime(rule, rule.onRefusal?.(ports, context))];
    if (more) change = (flow) => more(before(flow));
  }
  return change;
}

/** What follows a sign-in may fail without harm: the next one asks for more, or says less. */
export async function runAfterResult(
  rules: Rules,
  ports: SignInPorts,
  context: AfterResult,
): Promise<Pick<FlowView, 'trust'>> {
  let told: Pick<FlowView, 'trust'> = {};
  for (const rule of rules) {
    try {
      told = { ...told, ...(await inTime(rule, rule.afterResult?.(ports, context))) };
    } catch (error) {
      ports.reportFault(`the rule of ${rule.name}`, error);
    }
  }
  return told;
}

/** Whether a user signs in: on a test resource none does. */
export function isOfUser(passed: VerifiedFactors): passed is BeforeResult['passed'] {
  return passed.user.id !== 'test';
}
