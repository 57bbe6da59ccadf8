import type { Ports } from '../kernel/ports/ports.ts';
import { isRefusal, type Result, refusal } from '../kernel/result.ts';
import { openLink } from './accept-link.ts';
import { openReset } from './reset-administrator-password.ts';
import { matchesSetupLink } from './set-up.ts';

export interface LinkView {
  /** The name of the invited administrator, as the inviter wrote it. */
  name?: string;
}

/**
 * Tells the page of a link whether the link is still valid. Does not use it up, and reveals no more than its use would.
 * Every invalid link gets the same answer, as does one that never existed.
 */
export async function viewLink(
  ports: Pick<Ports, 'store' | 'clock'>,
  { kind, secret }: { kind: 'setup' | 'invitation' | 'recovery' | 'reset'; secret: string },
): Promise<Result<LinkView>> {
  if (kind === 'setup') return (await matchesSetupLink(ports, secret)) ? {} : refusal('LINK_INVALID');
  const opened = await (kind === 'reset' ? openReset(ports, secret) : openLink(ports, secret, kind));
  if (isRefusal(opened)) return opened;
  return kind === 'invitation' ? { name: opened.name } : {};
}
