import type { Ports } from '../kernel/ports/ports.ts';
import { isRefusal, type Result, refusal } from '../kernel/result.ts';
import { openLink } from './accept-link.ts';
import { openReset } from './reset-administrator-password.ts';
import { opensSetup } from './set-up.ts';

export interface LinkView {
  /** Of whoever is invited, as the inviter wrote it. */
  name?: string;
}

/**
 * Whether a link still leads somewhere, for the page that it opened. Uses nothing up, and tells whoever has it no more
 * than using it would; every link that does not lead on is answered alike, as are those that never were.
 */
export async function viewLink(
  ports: Pick<Ports, 'store' | 'clock'>,
  { kind, secret }: { kind: 'setup' | 'invitation' | 'recovery' | 'reset'; secret: string },
): Promise<Result<LinkView>> {
  if (kind === 'setup') return (await opensSetup(ports, secret)) ? {} : refusal('LINK_INVALID');
  const opened = await (kind === 'reset' ? openReset(ports, secret) : openLink(ports, secret, kind));
  if (isRefusal(opened)) return opened;
  return kind === 'invitation' ? { name: opened.name } : {};
}
