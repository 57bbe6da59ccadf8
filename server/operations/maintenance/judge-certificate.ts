import { DAY_MS } from '../../kernel/time.ts';

/** Of the certificate that the listener serves. */
export interface CertificateState {
  readonly startsAt: number;
  readonly expiresAt: number;
  /** Whether its files hold another one that cannot be used. */
  readonly isRenewalRefused: boolean;
}

export interface CertificateFinding {
  readonly expiresAt: number;
  /** Whole days, 0 on the last one. */
  readonly daysLeft: number;
  readonly validity: 'valid' | 'expires-soon' | 'expired';
  readonly isRenewalRefused: boolean;
}

const WARNING_MS = 14 * DAY_MS;

/**
 * What `doctor` says of it. One for a week is renewed two days before its end, so that a shorter one than six weeks
 * expires soon in the last third of its time.
 */
export function judgeCertificate(state: CertificateState, now: number): CertificateFinding {
  const { startsAt, expiresAt, isRenewalRefused } = state;
  const leftMs = expiresAt - now;
  const warningMs = Math.min(WARNING_MS, (expiresAt - startsAt) / 3);
  const validity = leftMs <= 0 ? 'expired' : leftMs < warningMs ? 'expires-soon' : 'valid';
  return { expiresAt, daysLeft: Math.max(0, Math.floor(leftMs / DAY_MS)), validity, isRenewalRefused };
}
