export const CODE_CHANNELS = ['sms', 'email'] as const;
export type CodeChannel = (typeof CODE_CHANNELS)[number];

/** Limits on sent codes, against costs and against flooding a phone. */
export interface CodeLimits {
  /** From one account to one address within {@link ADDRESS_WINDOW_MS}. */
  perAddress: number;
  /** From one account to one address within a day. */
  perAddressAndDay: number;
  /** For one account within an hour. */
  perAccountAndHour: number;
  /** From this server within an hour. */
  perHour: number;
  /** For each account within an hour, even if others have used up `perHour`. */
  reservedPerAccount: number;
}
