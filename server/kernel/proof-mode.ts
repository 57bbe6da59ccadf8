/** When a client has to show work. `auto`: only while something is under attack. */
export const PROOF_MODES = ['off', 'auto', 'always'] as const;
export type ProofMode = (typeof PROOF_MODES)[number];
