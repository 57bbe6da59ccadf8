import type { OtpUse } from '@countersign/protocol/result';
import type { ResourceId } from '../../../kernel/ids.ts';

/** What a hook is asked about: a sign-in or transaction of which all factors were shown. */
export interface HookQuestion {
  resource: ResourceId;
  /** The id of the user. Absent in a test of the hook. */
  user?: string;
  /** The id that the result will have, as its claim `jti`. */
  result?: string;
  /** As in the result. */
  amr: readonly string[];
  acr: '1' | '2';
  otp: OtpUse;
  /** SHA-256 of the transaction's fields, hex. */
  transaction?: string;
  /** Of the user's client. */
  address?: string;
  /** ISO 3166, if the address is known to be in one. */
  country?: string;
  /** Sent by the test button: no user signs in. */
  test?: true;
}

/** The body of a call, in the form of a webhook. */
export function questionBody(question: HookQuestion, at: number): string {
  return JSON.stringify({ type: 'result.decide', timestamp: new Date(at).toISOString(), data: question });
}
