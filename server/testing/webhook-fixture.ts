import { createAccount } from '../accounts/create-account.ts';
import { consumeEvents } from '../events/consume-events.ts';
import type { AccountId } from '../kernel/ids.ts';
import type { RequestContext } from '../kernel/request-context.ts';
import { createUser } from '../user-management/create-user.ts';
import { type AttemptResult, attemptDelivery, dueDeliveries } from '../webhooks/attempt-delivery.ts';
import { createWebhook, type NewWebhook } from '../webhooks/create-webhook.ts';
import type { Delivery } from '../webhooks/delivery.ts';
import { createDeriver } from '../webhooks/derive-deliveries.ts';
import { readDeliveries } from '../webhooks/read-deliveries.ts';
import type { Webhook } from '../webhooks/webhook.ts';
import { birth, unwrap } from './fixtures.ts';
import type { TestPorts } from './test-ports.ts';

/** An account with a webhook for new users. */
export interface WebhookFixture {
  ports: TestPorts;
  account: AccountId;
  act: RequestContext;
  webhook: Webhook;
  secret: string;
}

export async function createWebhookFixture(ports: TestPorts, input: Partial<NewWebhook> = {}): Promise<WebhookFixture> {
  const { account } = unwrap(await createAccount(ports, { name: 'Acme' }));
  const act: RequestContext = { actor: { kind: 'operator', account: account.id } };
  const settings = { url: 'https://hooks.example/', enabled: true, events: ['user.created' as const], ...input };
  const made = unwrap(await createWebhook(ports, act, birth(ports, 'whk'), settings));
  return { ports, account: account.id, act, ...made };
}

let sequence = 0;
/** Creates a user, which appends an event. Returns the user's id, the subject of the event. */
export async function somethingHappens({ ports, act }: WebhookFixture): Promise<string> {
  return unwrap(await createUser(ports, act, birth(ports, 'usr'), { login: `user-${sequence++}` })).user.id;
}

/** Reads the streams to their end, like the runner. */
export async function derive(ports: TestPorts): Promise<void> {
  await consumeEvents(ports, [createDeriver(ports)]);
}

/** Tries everything that is due now, once. */
export async function sendDue({ ports, webhook }: WebhookFixture): Promise<AttemptResult[]> {
  const { due } = await dueDeliveries(ports, webhook.id, 1000);
  const tried: AttemptResult[] = [];
  for (const id of due) tried.push(await attemptDelivery(ports, id));
  return tried;
}

/** All its deliveries, newest first. */
export async function deliveriesOf({ ports, act, webhook }: WebhookFixture): Promise<Delivery[]> {
  return unwrap(await readDeliveries(ports, act, webhook.id, { limit: 200 })).items;
}

/** The subjects of the sent events, in order, including duplicates. */
export function sentSubjects(ports: TestPorts): string[] {
  return ports.webhookSender.sent.map(({ body }) => (JSON.parse(body) as { data: { subject: string } }).data.subject);
}
