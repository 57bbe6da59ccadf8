import type { Ports } from '../../../kernel/ports/ports.ts';
import { pinHashContext, seedContext } from '../../seed-context.ts';
import type { OcraToken } from '../../token.ts';
import { parseSuite } from './suite.ts';
import type { VerifiableOcraToken } from './verify-ocra-answer.ts';

/** The opened data of a token that its answers are verified with. A damaged one throws, which denies (SR-3). */
export interface OpenedOcraToken {
  verifiable: VerifiableOcraToken;
  secret: Uint8Array;
  bound: { pinHash?: Uint8Array };
}

export function openOcraToken(ports: Pick<Ports, 'secrets'>, token: OcraToken): OpenedOcraToken {
  const { account, id, factor, nextCounter, sealedSecret, sealedPinHash } = token;
  const suite = parseSuite(factor.suite);
  if (!suite) throw new TypeError('a token of no suite');
  return {
    verifiable: { suite, nextCounter, driftSteps: factor.driftSteps },
    secret: ports.secrets.open(sealedSecret, seedContext(account, id)),
    bound:
      sealedPinHash === undefined ? {} : { pinHash: ports.secrets.open(sealedPinHash, pinHashContext(account, id)) },
  };
}
