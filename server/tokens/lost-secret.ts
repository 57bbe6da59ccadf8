import { isSeeded } from './spent-seed.ts';
import { isRecovery, type Token } from './token.ts';

/**
 * A token once the master key is lost. Its seed does not open and the MACs of its recovery codes cannot be compared, so it
 * accepts nothing, and nor does a token whose PIN was under a MAC. Tokens that need none of these stay as they are: passkeys,
 * and sent codes without a PIN.
 */
export function withoutSecrets(token: Token): Token {
  if (isRecovery(token)) return { ...token, factor: { kind: 'recovery', macs: [] } };
  if (!isSeeded(token)) return token.pin ? { ...token, secretLost: true } : token;
  if (!('sealedPinHash' in token)) return { ...token, sealedSecret: '', secretLost: true };
  const { sealedPinHash: _lost, ...rest } = token;
  return { ...rest, sealedSecret: '', secretLost: true };
}
