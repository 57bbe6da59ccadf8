import type { CodeChannel, CodeLimits } from '../code-channel.ts';
import type { MailLanguage } from '../mail.ts';

/** One code on its way to one person. What the message says is written by whoever carries it. */
export interface CodeMessage {
  /** Of this sending; the same in every repetition of it. */
  id: string;
  channel: CodeChannel;
  /** E.164, or an e-mail address. */
  to: string;
  language: MailLanguage;
  code: string;
  /** What the resource is called. */
  site: string;
  /** What the code confirms, where it is no sign-in: the message says all of it, exactly so. */
  confirms?: readonly { label: string; value: string }[];
  /** Of the page around the widget, where the sign-in has one. */
  origin?: string;
  expiresAt: number;
  lifetimeMs: number;
}

export interface CodeChannelSender {
  /**
   * Resolves when somebody has taken the message on.
   *
   * @throws MailerUnavailable when nobody did
   */
  send(message: CodeMessage): Promise<void>;
}

/** Carries the codes of a second factor, over whichever channel. */
export interface CodeSender extends CodeChannelSender {
  /** What the operator has allowed: whoever sends asks first. */
  readonly limits: CodeLimits;
  /** Those for which somebody is configured. */
  readonly channels: readonly CodeChannel[];
}
