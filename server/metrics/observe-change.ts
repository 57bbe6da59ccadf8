import type { AccountEvent } from '../kernel/event.ts';
import type { Change } from '../kernel/ports/store.ts';
import { flowDocument, flowStartedDocument, resultDocument } from '../sign-in/documents.ts';
import type { Flow } from '../sign-in/flow.ts';
import { tokenDocument } from '../tokens/documents.ts';
import type { Token } from '../tokens/token.ts';
import type { ServiceMetrics } from './service-metrics.ts';

/** Seconds since a request arrived; undefined if it is not being handled here. */
type RequestAge = (requestId: string) => number | undefined;

/**
 * Counts what a committed change says. Every change of state goes through a commit with exactly one event (SR-34), so
 * that this one place sees all of them and no use-case has to report anything.
 */
export function observeChange(metrics: ServiceMetrics, change: Change, ageOf: RequestAge): void {
  for (const event of change.append ?? []) observeEvent(metrics, event as unknown as AccountEvent, ageOf);
  for (const { key, value } of change.put ?? []) {
    if (key.document === flowDocument) observeFlow(metrics, change, value as Flow);
    else if (key.document === tokenDocument) observeToken(metrics, value as Token, change.now);
  }
}

function observeEvent(metrics: ServiceMetrics, event: AccountEvent, ageOf: RequestAge): void {
  const { type, outcome } = event;
  metrics.events.add([type, outcome]);
  if (type === 'result.consumed') metrics.resultsConsumed.add([]);
  if (type !== 'authentication' && type !== 'transaction') return;
  const [way, method] = [wayOf(event), methodOf(event)];
  metrics.authentications.add([way, method, outcome, event.reason ?? '']);
  const seconds = event.requestId === undefined ? undefined : ageOf(event.requestId);
  if (seconds !== undefined) metrics.authenticationSeconds.observe([way, method], seconds);
}

function wayOf({ entry, actor, type }: AccountEvent): string {
  if (entry === 'protectimus') return entry;
  if (type === 'transaction' && actor.kind === 'user') return 'widget-transaction';
  return actor.kind === 'user' ? 'widget' : 'api';
}

/** Over the API the caller names the method; in the widget it is what the user has shown. */
function methodOf({ method, factors = [] }: AccountEvent): string {
  return method ?? (factors.join('-') || 'none');
}

function observeFlow(metrics: ServiceMetrics, { put = [] }: Change, flow: Flow): void {
  if (put.some(({ key }) => key.document === flowStartedDocument)) metrics.flowsStarted.add([]);
  // A claim says only that an answer is being evaluated.
  if (flow.claim) return;
  metrics.flowSteps.add([flow.step]);
  if (flow.step === 'done' && put.some(({ key }) => key.document === resultDocument)) metrics.resultsIssued.add([]);
}

function observeToken(metrics: ServiceMetrics, { lock, factor }: Token, now: number): void {
  // Later changes of a locked token keep its lock.
  if (lock?.at === now) metrics.tokenLocks.add([lock.reason, factor.kind]);
}
