import type { AccountId, TokenId, UserId } from '../kernel/ids.ts';
import type { Ports } from '../kernel/ports/ports.ts';
import { verifyAnswer } from '../tokens/kinds/actions.ts';
import type { SecondAnswer } from '../tokens/second-answer.ts';
import { seedContext } from '../tokens/seed-context.ts';
import type { OathToken, RecoveryToken, Token } from '../tokens/token.ts';

const ACCOUNT: AccountId = 'acc_00000000000';
const ID: TokenId = 'tok_00000000000';
export const DECOY_OWNER: UserId = 'usr_00000000000';
const SEED_BYTES = 20;
const RECORD = {
  account: ACCOUNT,
  owner: DECOY_OWNER,
  name: '',
  nextCounter: 0,
  epoch: 0,
  enabled: true,
  failures: 0,
  directResources: [],
  createdAt: 0,
  createdBy: { kind: 'operator' as const },
};
const RECOVERY_DECOY: RecoveryToken = {
  ...RECORD,
  id: 'tok_00000000001',
  factor: { kind: 'recovery', macs: [] },
};

/**
 * Does the work of a code check if there is no token: opens the seed of a decoy, computes its codes and ignores the
 * result (SR-70). The decoy is like most users' tokens: an app with six digits.
 */
export async function checkDecoy(
  ports: Pick<Ports, 'store' | 'secrets'>,
  answer: SecondAnswer,
  now: number,
): Promise<void> {
  const value = answer.kind === 'recovery' ? RECOVERY_DECOY : appDecoy(ports);
  await verifyAnswer(ports, { stored: { value, version: 0 }, scope: '' }, answer, now);
}

/** The tokens of a typical user who can answer this way. */
export function decoysFor(ports: Pick<Ports, 'store' | 'secrets'>, answer: SecondAnswer): Token[] {
  return answer.kind === 'recovery' ? [appDecoy(ports), RECOVERY_DECOY] : [appDecoy(ports)];
}

function appDecoy({ store: { memory }, secrets }: Pick<Ports, 'store' | 'secrets'>): OathToken {
  memory.decoySeed ??= secrets.seal(secrets.mac('decoy', 'seed').subarray(0, SEED_BYTES), seedContext(ACCOUNT, ID));
  return {
    ...RECORD,
    id: ID,
    factor: { kind: 'totp', periodMs: 30_000, driftSteps: 0 },
    algorithm: 'SHA1',
    digits: 6,
    sealedSecret: memory.decoySeed,
  };
}
