import { omitUndefined } from '@countersign/protocol/omit-undefined';
import { callDependency } from '../../../kernel/dependency.ts';
import type { ResourceId } from '../../../kernel/ids.ts';
import type { Ports } from '../../../kernel/ports/ports.ts';
import { signingSecrets } from '../../../kernel/signing-secret.ts';
import { SECOND_MS } from '../../../kernel/time.ts';
import { hookDocument, hookSecretContext } from '../../../resources/documents.ts';
import type { Hook } from '../../../resources/hook.ts';
import { newOperation } from '../../../store/transact.ts';
import { signatureHeaders } from '../../../webhooks/signature.ts';
import { MAX_ANSWER_BYTES, readDecision } from './decision.ts';
import type { HookQuestion } from './question.ts';
import { questionBody } from './question.ts';

/** For the whole call: the name, the connection, the answer. */
const HOOK_TIMEOUT_MS = 2 * SECOND_MS;

export type HookNeeds = Pick<Ports, 'store' | 'clock' | 'random' | 'secrets' | 'webhookSender'>;

/** The outcome of a call. `failure`: why there was no valid answer. */
export type HookOutcome =
  | Exclude<ReturnType<typeof readDecision>, { kind: 'unreadable' }>
  | { kind: 'failed'; failure: string };

/** The hook as it is stored now. A resource that is marked and has no hook document issues no result. */
export async function loadHook(ports: HookNeeds, resource: ResourceId): Promise<Hook | undefined> {
  const [stored] = await ports.store.getMany([hookDocument.key(resource)], ports.clock.now());
  return stored?.value;
}

/**
 * One signed call, without a retry, by the rules of webhooks (SR-31, SR-32). Holds neither a claim of the store nor a
 * permit while it waits.
 *
 * @throws Overloaded if too many calls run: a user whom the hook denies could cause that, so it is no failure of the hook
 */
export async function askHook(
  ports: HookNeeds,
  hook: Hook,
  question: HookQuestion,
): Promise<{ id: string; outcome: HookOutcome }> {
  const at = ports.clock.now();
  const id = `hook_${newOperation(ports)}`;
  const secrets = signingSecrets(hook, at).map((secret) =>
    callDependency('opening a hook secret', () =>
      ports.secrets.open(secret.sealed, hookSecretContext(hook.account, hook.resource, secret.id)),
    ),
  );
  // Its secrets were lost with the master key. An unsigned call could get an answer from a site that checks nothing.
  if (secrets.length === 0) return { id, outcome: { kind: 'failed', failure: 'secret-missing' } };
  const body = questionBody(question, at);
  const headers = {
    'content-type': 'application/json',
    accept: 'application/json',
    'user-agent': 'Countersign-Hooks/1',
    ...signatureHeaders({ id, at, body }, secrets),
  };
  const { account, resource } = hook;
  const asker = { account, resource, ...omitUndefined({ user: question.user }) };
  const limits = { timeoutMs: HOOK_TIMEOUT_MS, bodyBytes: MAX_ANSWER_BYTES, asker };
  const answer = await ports.webhookSender.ask({ url: hook.url, headers, body }, limits);
  if (answer.kind === 'failed') return { id, outcome: answer };
  const decision = readDecision(answer);
  if (decision.kind !== 'unreadable') return { id, outcome: decision };
  const isSuccess = answer.status >= 200 && answer.status <= 299;
  return { id, outcome: { kind: 'failed', failure: isSuccess ? 'answer-invalid' : `status-${answer.status}` } };
}
