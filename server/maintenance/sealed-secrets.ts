import type { AdministratorFlow, Enrolment } from '../administrators/login/administrator-flow.ts';
import type { ApiKey } from '../api-keys/api-key.ts';
import type { Flow } from '../flows/flow.ts';
import type { AccountId } from '../kernel/ids.ts';
import { apiKeyContext, MAC_KEY_CONTEXT, type SecretContext, signingKeyContext } from '../platform/secret-box/port.ts';
import type { IdempotencyRecord } from '../records/idempotency-record.ts';
import type { DocumentKey } from '../store/store.ts';
import { pinHashContext, seedContext } from '../tokens/seed-context.ts';
import { isOath, isOcra, type Token } from '../tokens/token.ts';
import { webhookSecretContext } from '../webhooks/edit-webhook.ts';
import type { WebhookBook } from '../webhooks/webhook.ts';
import type { SigningKeySet } from './signing-key.ts';

/** A secret in a document, and what it is bound to. */
export interface SealedSecret {
  sealed: string;
  context: SecretContext;
}

/** Which document holds secrets of a kind, and where. */
interface Place {
  /** Its name, or the part of it before the slash. */
  document: string;
  secrets: (value: never, key: DocumentKey) => SealedSecret[];
}

/** Every kind of secret has its places here: the compiler asks for them. */
const PLACES: Record<SecretContext['kind'], Place[]> = {
  token: [
    {
      document: 'token',
      secrets: (token: Token) => {
        if (!isOath(token) && !isOcra(token)) return [];
        const seed = { sealed: token.sealedSecret, context: seedContext(token.account, token.id) };
        if (!isOcra(token) || token.sealedPinHash === undefined) return [seed];
        return [seed, { sealed: token.sealedPinHash, context: pinHashContext(token.account, token.id) }];
      },
    },
    // What is enrolled becomes a token as it is sealed here.
    {
      document: 'enrolment',
      secrets: (enrolment: Enrolment, { anchor }) => [enrolmentSeed(anchor as AccountId, enrolment)],
    },
    {
      document: 'administrator-flow',
      secrets: ({ account, enrolment }: AdministratorFlow) => (enrolment ? [enrolmentSeed(account, enrolment)] : []),
    },
    {
      document: 'flow',
      secrets: ({ account, enrolling }: Flow) =>
        enrolling?.making?.kind === 'totp' ? [enrolmentSeed(account, enrolling.making)] : [],
    },
  ],
  'signing-key': [
    {
      document: 'signing-keys',
      secrets: ({ keys }: SigningKeySet) =>
        keys.map(({ kid, sealedPrivateJwk }) => ({
          sealed: sealedPrivateJwk,
          context: signingKeyContext(kid),
        })),
    },
  ],
  idempotency: [
    {
      document: 'idempotency',
      secrets: ({ sealedAnswer }: IdempotencyRecord, { anchor }) => {
        const [, account = '', id = ''] = anchor.split('/');
        return sealedAnswer === undefined
          ? []
          : [{ sealed: sealedAnswer, context: { account, kind: 'idempotency', id, field: 'answer' } }];
      },
    },
  ],
  webhook: [
    {
      document: 'webhooks',
      secrets: ({ webhooks }: WebhookBook) =>
        webhooks.flatMap(({ account, id, secrets }) =>
          secrets.map((secret) => ({ sealed: secret.sealed, context: webhookSecretContext(account, id, secret.id) })),
        ),
    },
  ],
  'api-key': [
    {
      document: 'api-key',
      secrets: (key: ApiKey) => {
        if (key.kind !== 'protectimus') return [];
        return [key.sealedSecret, ...(key.former ? [key.former.sealedSecret] : [])].map((sealed) => ({
          sealed,
          context: apiKeyContext(key),
        }));
      },
    },
  ],
  'mac-key': [
    {
      document: 'mac-key',
      secrets: ({ sealed }: { sealed: string }) => [{ sealed, context: MAC_KEY_CONTEXT }],
    },
  ],
};

function enrolmentSeed(account: AccountId, { token, sealedSecret }: Enrolment): SealedSecret {
  return { sealed: sealedSecret, context: seedContext(account, token) };
}

/** The secrets of a document whose places are known. */
export function secretsOf(key: DocumentKey, value: unknown): SealedSecret[] {
  const [name] = key.name.split('/');
  return Object.values(PLACES)
    .flat()
    .filter(({ document }) => name === document)
    .flatMap(({ secrets }) => secrets(value as never, key));
}

/** Everything in a document that looks like the work of a secret box, known place or not. */
export function sealedTexts(value: unknown): string[] {
  const texts: string[] = [];
  const look = (inner: unknown): void => {
    if (typeof inner === 'string') {
      if (SEALED.test(inner)) texts.push(inner);
    } else if (typeof inner === 'object' && inner !== null) Object.values(inner).forEach(look);
  };
  look(value);
  return texts;
}

/** The id of the master key is the second part. */
const SEALED = /^v1\.[\w-]{8}\.[\w-]{16}\.[\w-]{22,}$/;

export function keyIdOf(sealed: string): string {
  return sealed.split('.')[1] ?? '';
}

/** The same document with sealed texts exchanged. */
export function exchange(value: unknown, sealed: ReadonlyMap<string, string>): unknown {
  if (typeof value === 'string') return sealed.get(value) ?? value;
  if (Array.isArray(value)) return value.map((inner) => exchange(inner, sealed));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, exchange(inner, sealed)]));
}
