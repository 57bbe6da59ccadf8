import { accountDeletionDocument } from '../../accounts/documents.ts';
import { type AccountId, parseId, type WebhookId } from '../../kernel/ids.ts';
import type { IndexEntry, RawKey, ScannedRecord } from '../../kernel/ports/store.ts';
import { filterDocument, resourceDocument } from '../../resources/documents.ts';
import { tokenDocument } from '../../tokens/documents.ts';
import { userDocument } from '../../users/documents.ts';

/** How a kind of document shows which account it belongs to. A name that a customer chose is never looked at. */
type Ownership =
  /** Its anchor is the account, or names it behind one word. */
  | 'anchor'
  /** Its field `account`. */
  | 'value'
  /** The user, token, resource or filter that is its anchor. */
  | 'parent'
  /** The user in its anchor. */
  | 'user'
  /** The webhook in its name. */
  | 'webhook'
  /** It belongs to the server, or nothing shows it and it expires soon. */
  | 'none';

export const OWNERSHIP: Readonly<Record<string, Ownership>> = {
  account: 'anchor',
  'account-deletion': 'none',
  administrator: 'anchor',
  'administrator-email': 'anchor',
  'administrator-flow': 'value',
  'administrator-link': 'anchor',
  'administrator-passkey': 'anchor',
  'administrator-sign-ins': 'anchor',
  'administrator-reset': 'anchor',
  'api-key': 'anchor',
  'api-key-use': 'anchor',
  'archive-file': 'anchor',
  authentication: 'value',
  'backup-point': 'none',
  'burnt-attempt': 'none',
  chain: 'anchor',
  challenge: 'value',
  claim: 'anchor',
  'clock-mark': 'none',
  'code-checks': 'parent',
  consumer: 'none',
  'credential-claim': 'anchor',
  cursor: 'none',
  day: 'anchor',
  delivery: 'value',
  'email-change': 'anchor',
  enrolment: 'anchor',
  'enrolment-link': 'parent',
  'enrolment-tries': 'parent',
  environments: 'value',
  erasure: 'value',
  feed: 'none',
  'feed-cursor': 'anchor',
  filter: 'value',
  'first-login': 'anchor',
  'first-result': 'anchor',
  flow: 'value',
  'flow-begun': 'none',
  hook: 'value',
  idempotency: 'anchor',
  'keys-read': 'none',
  'last-backup': 'none',
  ledger: 'anchor',
  'ledger-reference': 'anchor',
  'login-request': 'value',
  logo: 'parent',
  'mac-key': 'none',
  'mail-status': 'none',
  'known-sign-ins': 'value',
  'last-sign-ins': 'value',
  'made-with': 'parent',
  'password-attempts': 'user',
  'password-reset': 'parent',
  processes: 'none',
  queue: 'webhook',
  resealing: 'none',
  resource: 'value',
  restoration: 'none',
  result: 'value',
  segment: 'anchor',
  session: 'value',
  'setup-link': 'none',
  'signing-keys': 'none',
  'spent-seed': 'anchor',
  statistics: 'anchor',
  'store-purpose': 'none',
  texts: 'parent',
  token: 'value',
  'trusted-browsers': 'value',
  'unlock-link': 'parent',
  usage: 'anchor',
  user: 'value',
  webhooks: 'anchor',
};

/** Indexes whose names have the account behind the kind. */
const BY_ACCOUNT = [
  'administrators',
  'api-keys',
  'archive',
  'events',
  'filters',
  'ledger',
  'resources',
  'tokens',
  'users',
];

/** True if the document itself shows that it belongs to the account. */
export function isOfAccount({ anchor, name }: RawKey, value: unknown, account: AccountId): boolean {
  const ownership = OWNERSHIP[kindOf(name)];
  if (ownership === 'value') return isOwner(value, account);
  const isAnchored = anchor === account || anchor.split('/', 2)[1] === account;
  // What an Idempotency-Key made on the anchor of the account has its mark there.
  return (
    isAnchored &&
    (ownership === 'anchor' || ownership === 'parent') &&
    name !== accountDeletionDocument.key(account).name
  );
}

/** True if the document has this account. */
export function isOwner(value: unknown, account: AccountId): boolean {
  return typeof value === 'object' && value !== null && 'account' in value && value.account === account;
}

/** True if the entry itself shows that it belongs to the account. */
export function isEntryOfAccount(index: string, { sort, id }: IndexEntry, account: AccountId): boolean {
  const [kind = '', part] = index.split('/', 2);
  if (BY_ACCOUNT.includes(kind)) return part === account;
  if (kind === 'accounts') return id === account && part !== 'deleting';
  if (kind === 'plans' || kind === 'consumer' || kind === 'feed') return id === account;
  return (kind === 'webhooks' || kind === 'protectimus-keys') && sort === account;
}

/**
 * The document that shows to which account a record belongs. `found`: it belongs to one of these webhooks of the
 * account. Undefined: the record shows it itself, or belongs to none.
 */
export function parentOf(
  record: ScannedRecord,
  webhooks: ReadonlySet<WebhookId>,
  account: AccountId,
): RawKey | 'found' | undefined {
  if (record.kind === 'index') {
    const [kind, webhook] = record.index.split('/', 2);
    return kind === 'webhook-deliveries' && webhooks.has(webhook as WebhookId) ? 'found' : undefined;
  }
  const { anchor, name } = record.key;
  const [kind = '', rest = ''] = name.split('/', 2);
  switch (OWNERSHIP[kind]) {
    case 'webhook':
      return webhooks.has(rest as WebhookId) ? 'found' : undefined;
    case 'user':
      return keyOf(anchor.split('/', 2)[1] ?? '');
    case 'parent':
      return anchor === account ? undefined : keyOf(anchor);
    default:
      return undefined;
  }
}

function keyOf(id: string): RawKey | undefined {
  const [user, token, resource, filter] = [
    parseId('usr', id),
    parseId('tok', id),
    parseId('res', id),
    parseId('flt', id),
  ];
  if (user) return userDocument.key(user);
  if (token) return tokenDocument.key(token);
  if (resource) return resourceDocument.key(resource);
  return filter && filterDocument.key(filter);
}

function kindOf(name: string): string {
  return name.split('/', 1)[0] ?? '';
}
