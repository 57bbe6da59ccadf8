/** The token types of the Protectimus dialect, by its names. */
export const SOFTWARE_TYPES = ['GOOGLE_AUTHENTICATOR', 'PROTECTIMUS_SMART', 'SMS', 'MAIL'] as const;
export type SoftwareType = (typeof SOFTWARE_TYPES)[number];

export const HARDWARE_TYPES = [
  'PROTECTIMUS',
  'PROTECTIMUS_ULTRA',
  'PROTECTIMUS_SLIM',
  'SAFENET_ETOKEN_PASS',
  'YUBICO_OATH_MODE',
] as const;
export type HardwareType = (typeof HARDWARE_TYPES)[number];

export const PROTECTIMUS_TYPES = [...SOFTWARE_TYPES, ...HARDWARE_TYPES, 'UNIFY_OATH_TOKEN'] as const;
export type ProtectimusType = (typeof PROTECTIMUS_TYPES)[number];
