import type { OtpAlgorithm } from '@countersign/protocol/tokens';
import { provePossession } from '../tokens/kinds/oath/prove-possession.ts';
import type { HardwareType } from '../tokens/protectimus-types.ts';
import type { OathFactor, OtpDigits } from '../tokens/token.ts';
import { possibleSeeds } from './seeds.ts';

/** A possible device: the dialect gives its type and a code, and the rest is derived. */
interface DeviceVariant {
  factor: OathFactor;
  algorithm: OtpAlgorithm;
  digits: OtpDigits;
  secret: Uint8Array;
}

type OathHardware = Exclude<HardwareType, 'PROTECTIMUS_ULTRA'>;

const HALF_MINUTE_MS = 30_000;
const COUNTING: ReadonlySet<OathHardware> = new Set(['SAFENET_ETOKEN_PASS', 'YUBICO_OATH_MODE']);

/** The possible devices of that type, by the format of its code; the most likely first. */
export function variantsOf(type: OathHardware, secret: string, otp: string): DeviceVariant[] {
  const digits = otp.length === 6 || otp.length === 8 ? otp.length : undefined;
  if (digits === undefined) return [];
  const factors: OathFactor[] = COUNTING.has(type)
    ? [{ kind: 'hotp' }]
    : [1, 2].map((steps) => ({ kind: 'totp', periodMs: steps * HALF_MINUTE_MS, driftSteps: 0 }));
  const algorithms: OtpAlgorithm[] = ['SHA1', 'SHA256'];
  return possibleSeeds(secret).flatMap((seed) =>
    algorithms.flatMap((algorithm) => factors.map((factor) => ({ factor, algorithm, digits, secret: seed }))),
  );
}

/** The variant that shows this code now; undefined if none does. */
export function variantShowing(
  variants: readonly DeviceVariant[],
  otp: string,
  now: number,
): DeviceVariant | undefined {
  return variants.find(({ secret, ...device }) => {
    return provePossession({ ...device, nextCounter: 0 }, secret, otp, now) !== undefined;
  });
}
