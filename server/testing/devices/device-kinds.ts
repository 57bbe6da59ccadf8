import type { DeviceKind } from './device.ts';
import { hotpDevice, totpDevice } from './oath-device.ts';
import { ocraDevice } from './ocra-device.ts';
import { passkeyDevice } from './passkey-device.ts';
import { recoveryDevice } from './recovery-device.ts';
import { emailDevice, smsDevice } from './sent-device.ts';

/** Every kind of token with a device; each passes `every-kind.test.ts`. */
export const DEVICE_KINDS: readonly DeviceKind[] = [
  totpDevice,
  hotpDevice,
  ocraDevice,
  smsDevice,
  emailDevice,
  recoveryDevice,
  passkeyDevice,
];
