import type { Ports } from '../../../kernel/ports/ports.ts';
import { type Result, refusal } from '../../../kernel/result.ts';
import type { PreparedChallenge } from '../../challenge.ts';
import type { PrepareContext } from '../../prepare-context.ts';
import type { WebauthnToken } from '../../token.ts';
import { usableTokens } from '../../usable-tokens.ts';
import { createChallengeFor, type PasskeyNeeds } from './new-challenge.ts';
import { passkeysOf } from './passkey-request.ts';

/** Creates one challenge for all usable passkeys of the user. */
export async function preparePasskey(
  ports: Pick<Ports, 'clock'> & PasskeyNeeds,
  { accepts, transaction }: PrepareContext,
  tokens: readonly WebauthnToken[],
): Promise<Result<PreparedChallenge>> {
  const usable = usableTokens(tokens, accepts, ports.clock.now());
  const passkey = createChallengeFor(ports, passkeysOf(usable), { transaction: transaction?.hash });
  return passkey ? { passkey } : refusal('OTP_WRONG');
}
