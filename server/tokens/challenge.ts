import type { AccountId, ResourceId, TokenId } from '../kernel/ids.ts';

/**
 * What a token was asked, and may be answered once: a code that was sent, or a question that its device answers. It hangs on
 * the token, one for each scope (a sign-in, or the API of a resource), so that it is used up in the token's own commit.
 */
export type Challenge = {
  token: TokenId;
  account: AccountId;
  resource: ResourceId;
  /** Hash of the transaction that an answer confirms, hex. */
  transaction?: string;
  createdAt: number;
  expiresAt: number;
  /** Set by the answer that was accepted: the same one again is a double click. */
  usedAt?: number;
} & (
  | {
      kind: 'sent';
      /** MAC of the code. */
      mac: string;
      /** Of the token then: one that has changed its owner or its address since takes it no more. */
      epoch: number;
      moves: number;
    }
  | { kind: 'ocra'; question: string }
);

/** Where challenges are for a host's backend, which has no sign-in of its own. */
export function apiScope(resource: ResourceId): string {
  return `api/${resource}`;
}
