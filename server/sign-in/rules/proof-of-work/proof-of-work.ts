import { countAttempt } from '../../../proof-of-work/count-attempts.ts';
import type { Rule } from '../../rule.ts';
import { demandStepProof, isGuess, spendShownWork } from './step-proof.ts';

export const proofOfWork: Rule = {
  name: 'proof of work',
  does: 'Under attack, the browser solves a puzzle before a name, a guess or a request for a code is taken.',
  async beforeClaim(ports, { step, request, readFlow }) {
    const proof = await demandStepProof(ports, step, request, readFlow);
    if (typeof proof !== 'string') return proof;
    return proof === 'shown' ? { hasShownWork: true } : undefined;
  },
  async onRefusal(ports, { step, flow, client, refusal }) {
    if (isGuess(refusal)) await countAttempt(ports, 'failures', { id: flow.resource, account: flow.account }, client);
    return (held) => spendShownWork(held, step, refusal);
  },
};
