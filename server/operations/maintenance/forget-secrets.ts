import { listAccounts } from '../../accounts/read-account.ts';
import type { Administrator } from '../../administrators/administrator.ts';
import { administratorDocument } from '../../administrators/documents.ts';
import type { ApiKey } from '../../api-keys/api-key.ts';
import { apiKeyDocument } from '../../api-keys/documents.ts';
import type { AccountId } from '../../kernel/ids.ts';
import type { Ports, SecretPorts } from '../../kernel/ports/ports.ts';
import type { Change, DocumentKey, Json, ScannedRecord } from '../../kernel/ports/store.ts';
import { createEvent } from '../../kernel/request-context.ts';
import { reindex } from '../../store/index-entries.ts';
import { newOperation, transact } from '../../store/transact.ts';
import { tokenDocument } from '../../tokens/documents.ts';
import type { Token } from '../../tokens/token.ts';
import { webhooksDocument } from '../../webhooks/documents.ts';
import { newSecret } from '../../webhooks/rotate-webhook-secret.ts';
import { SECRET_BYTES } from '../../webhooks/signature.ts';
import type { WebhookBook } from '../../webhooks/webhook.ts';
import { CATALOGUE } from './catalogue.ts';
import { macKeyDocument, signingKeysDocument } from './documents.ts';

type Document = Extract<ScannedRecord, { kind: 'document' }>;

/** What is void without the lost master key. */
export interface ForgottenSecrets {
  accounts: AccountId[];
  /** Tokens whose seed or codes are lost, by kind. */
  tokens: Record<string, number>;
  /** Administrators who have lost their token, by email address. */
  administrators: { account: AccountId; email: string }[];
  /** Keys of the Protectimus dialect, which are deleted. */
  apiKeys: { account: AccountId; id: string; name: string }[];
  /** They have a new secret. */
  webhooks: { account: AccountId; id: string; url: string }[];
}

const PAGE = 200;

/**
 * Gives up everything that was sealed, or whose MAC was made, with a master key that is lost. No service can start on the
 * store before this is through: the MAC key is dropped last. So an interrupted run is simply repeated.
 *
 * @param ports `secrets` seals with the new master key
 * @param mode `count` changes nothing
 */
export async function forgetSecrets(ports: SecretPorts, mode: 'count' | 'forget'): Promise<ForgottenSecrets> {
  const accounts = (await listAccounts(ports)).map(({ id }) => id);
  const forgotten: ForgottenSecrets = { accounts, tokens: {}, administrators: [], apiKeys: [], webhooks: [] };
  const last: Document[] = [];
  let after: string | undefined;
  do {
    const page = await ports.store.scan(after, PAGE);
    for (const record of page.records) {
      if (record.kind !== 'document') continue;
      const isKey = [macKeyDocument.kind, signingKeysDocument.kind].includes(record.key.name);
      if (isKey) last.push(record);
      else await forgetIn(ports, record, forgotten, mode);
    }
    after = page.next;
  } while (after !== undefined);
  if (mode === 'count') return forgotten;
  for (const account of accounts) {
    await transact(ports, account, [], (_, now) => ({
      answer: undefined,
      write: { append: [event(account, { type: 'master-key.lost', subject: account }, now)] },
    }));
  }
  for (const kind of [signingKeysDocument.kind, macKeyDocument.kind]) {
    for (const record of last.filter(({ key }) => key.name === kind)) await write(ports, record, undefined);
  }
  return forgotten;
}

/** Whether the master key is that of the store. `none`: it holds no secret yet. */
export async function judgeMasterKey({
  store,
  secrets,
}: Pick<Ports, 'store' | 'secrets'>): Promise<'none' | 'right' | 'lost'> {
  const key = macKeyDocument.key();
  // It never expires.
  const [stored] = await store.getMany([key], 0);
  if (!stored) return 'none';
  return macKeyDocument.secrets(stored.value, key).every((one) => opens(secrets, one)) ? 'right' : 'lost';
}

async function forgetIn(
  ports: SecretPorts,
  record: Document,
  forgotten: ForgottenSecrets,
  mode: 'count' | 'forget',
): Promise<void> {
  const document = CATALOGUE.documentOf(record.key);
  if (!document) return;
  if (document.kind === administratorDocument.kind) {
    const { account, email, token } = record.value as Administrator;
    if (token !== undefined) forgotten.administrators.push({ account, email });
  }
  const sealed = document.secrets(record.value, record.key);
  // What an interrupted run has sealed with the new key.
  if (sealed.length > 0 && sealed.every((one) => opens(ports.secrets, one))) return;
  const left = document.withoutSecrets(record.value);
  if (left === record.value || JSON.stringify(left) === JSON.stringify(record.value)) return;
  note(record, forgotten);
  if (mode === 'forget') await write(ports, record, renewed(ports, record, left));
}

function note({ key, value }: Document, { tokens, apiKeys, webhooks }: ForgottenSecrets): void {
  const kind = CATALOGUE.documentOf(key)?.kind;
  if (kind === tokenDocument.kind) {
    const { factor } = value as Token;
    tokens[factor.kind] = (tokens[factor.kind] ?? 0) + 1;
  } else if (kind === apiKeyDocument.kind) {
    const { account, id, name } = value as ApiKey;
    apiKeys.push({ account, id, name });
  } else if (kind === webhooksDocument.kind) {
    for (const { account, id, url } of (value as WebhookBook).webhooks) webhooks.push({ account, id, url });
  }
}

/** Webhooks get a new secret each: without one their messages would be signed by nothing. */
function renewed(ports: SecretPorts, { key }: Document, left: unknown): unknown {
  if (CATALOGUE.documentOf(key)?.kind !== webhooksDocument.kind) return left;
  const now = ports.clock.now();
  const { webhooks } = left as WebhookBook;
  return {
    webhooks: webhooks.map((one) => ({
      ...one,
      secrets: [newSecret(ports, one.account, one.id, ports.random.bytes(SECRET_BYTES), now)],
    })),
  };
}

async function write(ports: SecretPorts, record: Document, value: unknown): Promise<void> {
  const document = CATALOGUE.documentOf(record.key);
  if (!document) return;
  const key: DocumentKey<object> = { ...record.key, document: document as DocumentKey<object>['document'] };
  const now = ports.clock.now();
  const { version, expiresAt } = record;
  if (expiresAt !== undefined && expiresAt <= now) return;
  const change: Pick<Change, 'put' | 'delete' | 'append'> =
    value === undefined
      ? { delete: [key], append: eventsOf(record, now) }
      : { put: [{ key, value, ...(expiresAt !== undefined && { expiresAt }) }] };
  const outcome = await ports.store.commit({
    anchor: key.anchor,
    operation: newOperation(ports),
    now,
    expect: [{ key, version }],
    index: reindex(key, record.value as object, value as object | undefined),
    ...change,
  });
  if (outcome === 'conflict')
    throw new Error('another process changes the store: stop every process, and run this again');
}

/** A key that is deleted is missed by its owner, so the log says when it went. */
function eventsOf({ key, value }: Document, now: number): Json[] {
  if (CATALOGUE.documentOf(key)?.kind !== apiKeyDocument.kind) return [];
  const { account, id } = value as ApiKey;
  return [event(account, { type: 'api-key.deleted', subject: id }, now)];
}

function event(account: AccountId, draft: Parameters<typeof createEvent>[1], now: number): Json {
  return createEvent({ actor: { kind: 'operator', account } }, draft, now);
}

function opens(
  secrets: Ports['secrets'],
  { sealed, context }: { sealed: string; context: Parameters<Ports['secrets']['open']>[1] },
) {
  try {
    secrets.open(sealed, context);
    return true;
  } catch {
    return false;
  }
}
