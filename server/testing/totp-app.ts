import type { FlowView } from '@countersign/protocol/flow';
import { base32Decode } from '../tokens/kinds/oath/base32.ts';
import { currentOtp } from './current-otp.ts';

/** An authenticator app that has scanned the key. */
export function totpApp(view: FlowView): { code(now: number): string } {
  const secret = base32Decode(view.enrol?.kind === 'totp' ? view.enrol.secret : '');
  if (!secret) throw new Error(`no key is shown at ${view.step}: ${view.error?.code}`);
  const token = { factor: { kind: 'totp', periodMs: 30_000, driftSteps: 0 }, algorithm: 'SHA1', digits: 6 } as const;
  return { code: (now) => currentOtp({ ...token, nextCounter: 0 }, secret, now) };
}
