import { omitUndefined } from '@countersign/protocol/omit-undefined';
import { idFromBytes, type TokenId } from '../../../kernel/ids.ts';
import type { Ports } from '../../../kernel/ports/ports.ts';
import { createEvent, type RequestContext } from '../../../kernel/request-context.ts';
import { hashSecret, newSecret } from '../../../kernel/secret-token.ts';
import { DAY_MS } from '../../../kernel/time.ts';
import type { Resource } from '../../../resources/resource.ts';
import { type Decision, transact } from '../../../store/transact.ts';
import { loadAssignedTokens } from '../../../tokens/load-assigned-tokens.ts';
import { userDocument } from '../../../users/documents.ts';
import type { User } from '../../../users/user.ts';
import type { TrustOffer } from '../../flow.ts';
import { trustedBrowsersDocument } from './documents.ts';
import { addTrusted, isTrusted, type TrustedBrowser } from './trusted-browser.ts';
import { putTrusted } from './use-trust.ts';

/** What the browser keeps. */
export interface BrowserTrust {
  secret: string;
  expiresAt: number;
}

/**
 * Trusts the browser of a completed sign-in, at its user's wish. Only its answer holds the secret. Undefined, and no
 * trust, if anything that trust rests on has changed since the offer.
 */
export async function trustBrowser(
  ports: Pick<Ports, 'store' | 'clock' | 'random'>,
  act: RequestContext,
  { known, resource, token, offer }: { known: User; resource: Resource; token: TokenId; offer: TrustOffer },
): Promise<BrowserTrust | undefined> {
  const { user, tokens: stored } = await loadAssignedTokens(ports, known, resource.id);
  if (!user) return undefined;
  const tokens = stored.map(({ value }) => value);
  const secret = newSecret(ports);
  const id = idFromBytes('tbr', ports.random.bytes(7));
  const key = trustedBrowsersDocument.key(user.id);
  const keys = [key, userDocument.key(user.id)] as const;
  return transact(ports, key.anchor, keys, ([before, owner], now): Decision<BrowserTrust | undefined> => {
    if (owner?.value.account !== act.actor.account || owner.value.blocked) return { answer: undefined };
    const expiresAt = now + offer.days * DAY_MS;
    const browser: TrustedBrowser = {
      id,
      resource: resource.id,
      secretHash: hashSecret(secret),
      basis: offer.basis,
      token,
      createdAt: now,
      usedAt: now,
      expiresAt,
      ...omitUndefined({ address: act.address, userAgent: act.userAgent }),
    };
    if (!isTrusted(browser, { resource, user: owner.value, tokens }, now)) return { answer: undefined };
    const list = addTrusted(before?.value.list ?? [], browser, now);
    return {
      answer: { secret, expiresAt },
      write: {
        put: [putTrusted({ account: user.account, user: user.id, list })],
        append: [
          createEvent(
            act,
            { type: 'user.browser-trusted', subject: user.id, related: [id], resource: resource.id },
            now,
          ),
        ],
      },
    };
  });
}
