import type { UserId } from '../../../kernel/ids.ts';
import { maySeeResource } from '../../../kernel/policy.ts';
import type { Ports } from '../../../kernel/ports/ports.ts';
import type { RequestContext } from '../../../kernel/request-context.ts';
import { isRefusal, type Result } from '../../../kernel/result.ts';
import { resourceDocument } from '../../../resources/documents.ts';
import { showObject } from '../../../store/records/read-object.ts';
import { loadAssignedTokens } from '../../../tokens/load-assigned-tokens.ts';
import { userDocument } from '../../../users/documents.ts';
import type { User } from '../../../users/user.ts';
import { trustedBrowsersDocument } from './documents.ts';
import { isTrusted, type TrustedBrowser } from './trusted-browser.ts';

type Needs = Pick<Ports, 'store' | 'clock'>;

/** The browsers that a user trusts now, newest first: what has ended the trust is not stored with them. */
export async function listTrustedBrowsers(ports: Needs, known: User): Promise<TrustedBrowser[]> {
  const now = ports.clock.now();
  const [stored] = await ports.store.getMany([trustedBrowsersDocument.key(known.id)], now);
  const list = stored?.value.list ?? [];
  const ids = [...new Set(list.map(({ resource }) => resource))];
  const resources = await ports.store.getMany(ids.map(resourceDocument.key), now);
  const trusted = await Promise.all(
    resources.map(async (resource) => {
      if (!resource) return [];
      const { user, tokens } = await loadAssignedTokens(ports, known, resource.value.id);
      if (!user) return [];
      const facts = { resource: resource.value, user, tokens: tokens.map(({ value }) => value) };
      return list.filter((browser) => isTrusted(browser, facts, now));
    }),
  );
  return list.filter((browser) => trusted.flat().includes(browser));
}

/** The same for an administrator or a backend, as far as they see the resources. */
export async function showTrustedBrowsers(
  ports: Needs,
  act: RequestContext,
  id: UserId,
): Promise<Result<{ browsers: TrustedBrowser[] }>> {
  const found = await showObject(ports, act, userDocument.key(id), 'USER_NOT_FOUND');
  if (isRefusal(found)) return found;
  const all = await listTrustedBrowsers(ports, found.object);
  return { browsers: all.filter(({ resource }) => maySeeResource(act.actor, resource)) };
}
