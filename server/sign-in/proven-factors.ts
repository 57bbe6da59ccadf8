import type { TokenKind } from '@countersign/protocol/tokens';
import { isBeyondMailbox } from '../authentication/first-factor.ts';
import type { PassedSecond } from '../authentication/step-up.ts';
import type { PresentedPasskey } from '../tokens/kinds/passkey/passkey-challenge.ts';
import { KIND_RULES } from '../tokens/kinds/rules.ts';

interface ShownSecond {
  kind: TokenKind | undefined;
  passkey: PresentedPasskey | undefined;
  /** It was shown in an earlier sign-in. */
  earlier: PassedSecond | undefined;
  /** A PIN was part of the code. */
  pin: true | undefined;
}

/**
 * What a result says of the factors that were shown: RFC 8176 method references, and whether they are two. On every path,
 * a mailbox alone is never two (SR-69). RFC 8176 has no value for mail: a mailed code is `otp`, as that of a token.
 */
export function provenFactors(
  { password, isMailed }: { password: boolean; isMailed: boolean },
  second: ShownSecond | undefined,
): { amr: string[]; isTwo: boolean } {
  const first = password || (isMailed && isBeyondMailbox(second?.kind));
  const isTwo =
    second !== undefined && (first || second.passkey?.userVerified === true || second.earlier?.isTwo === true);
  const methods = [
    ...(password ? ['pwd'] : []),
    ...(isMailed ? ['otp'] : []),
    ...(second ? (second.earlier?.methods ?? methodReferences(second)) : []),
    ...(isTwo ? ['mfa'] : []),
  ];
  return { amr: [...new Set(methods)], isTwo };
}

function methodReferences({ kind, passkey, pin }: ShownSecond): string[] {
  if (passkey) return [passkey.synced ? 'swk' : 'hwk', ...(passkey.userVerified ? ['user'] : [])];
  return [...(kind ? KIND_RULES[kind].methods : ['otp']), ...(pin ? ['pin'] : [])];
}
