import { accountDocument } from '../../../accounts/documents.ts';
import { administratorDocument } from '../../../administrators/documents.ts';
import { environmentsDocument } from '../../../browsers/documents.ts';
import { callDependency } from '../../../kernel/dependency.ts';
import type { EventDraft } from '../../../kernel/event.ts';
import type { ResourceId } from '../../../kernel/ids.ts';
import type { Ports } from '../../../kernel/ports/ports.ts';
import { type ClientInfo, createEvent, type RequestContext } from '../../../kernel/request-context.ts';
import { isRefusal, type Result, refusal } from '../../../kernel/result.ts';
import { newSecret, secretMatches } from '../../../kernel/secret-token.ts';
import { parseUserLink, type UserLink } from '../../../messages/user-link.ts';
import { resourceDocument } from '../../../resources/documents.ts';
import { reindex } from '../../../store/index-entries.ts';
import { type Decision, transact } from '../../../store/transact.ts';
import { epochOf } from '../../../users/credential-epoch.ts';
import { userDocument } from '../../../users/documents.ts';
import { raiseTrustEpoch } from '../../../users/trust-epoch.ts';
import type { User } from '../../../users/user.ts';
import { enrolmentLinkDocument } from '../../enrolment/documents.ts';
import { passwordResetDocument } from '../../recovery/password-reset/documents.ts';
import { unlockLinkDocument } from '../../recovery/unlock/documents.ts';
import { trustedBrowsersDocument } from '../trusted-browsers/documents.ts';
import { knownSignInsDocument } from './documents.ts';
import type { KnownSignIns } from './known-sign-ins.ts';

type Needs = Pick<Ports, 'store' | 'clock' | 'random' | 'hasher' | 'courier' | 'reportFault'>;

const INVALID = refusal('LINK_INVALID');

interface ReportableSignIn {
  user: User;
  key: UserLink;
  resource: ResourceId;
}

/** The user of a valid link. Viewing changes nothing: mail programs open links before users do. */
export async function viewReport(
  ports: Pick<Ports, 'store' | 'clock'>,
  text: unknown,
): Promise<Result<ReportableSignIn>> {
  const key = parseUserLink(text);
  if (!key) return INVALID;
  const now = ports.clock.now();
  const [user, known] = await ports.store.getMany(
    [userDocument.key(key.user), knownSignInsDocument.key(key.user)],
    now,
  );
  const link = known && linkOf(known.value, key, now);
  return user && link ? { user: user.value, key, resource: link.resource } : INVALID;
}

/**
 * The user says that a sign-in was not theirs. It ends everything that rests on one: the user is blocked until an
 * administrator lifts it, the password is replaced by a random one, and trusted browsers, remembered
 * sign-ins and pending links are void. No token is touched, and it signs no user in: a mailbox opens nothing (SR-69).
 */
export async function reportSignIn(
  ports: Needs,
  client: ClientInfo,
  text: unknown,
): Promise<Result<{ reported: true }>> {
  const seen = await viewReport(ports, text);
  if (isRefusal(seen)) return seen;
  const { key } = seen;
  const { id, account } = seen.user;
  // Not removed: a user who had no password before would get the first one by mail, which counts for more (SR-69).
  const passwordHash = await callDependency('hashing a password', () => ports.hasher.hash(newSecret(ports)));
  const act: RequestContext = { actor: { kind: 'user', account, id }, ...client };
  const keys = [userDocument.key(id), knownSignInsDocument.key(id)] as const;
  const others = [
    environmentsDocument,
    trustedBrowsersDocument,
    enrolmentLinkDocument,
    passwordResetDocument,
    unlockLinkDocument,
  ].map((one) => one.key(id));
  type Reported = Result<{ user: User; resource: ResourceId }>;
  const reported = await transact<typeof keys, Reported>(
    ports,
    keys[0].anchor,
    keys,
    ([stored, known], now): Decision<Reported> => {
      const link = known && linkOf(known.value, key, now);
      if (!stored || !link) return { answer: INVALID };
      const hadPassword = stored.value.passwordHash !== undefined;
      const user: User = {
        ...raiseTrustEpoch(stored.value),
        ...(hadPassword && { passwordHash }),
        blocked: true,
        credentialEpoch: epochOf(stored.value) + 1,
        // Every link is used up, and the next sign-in is new wherever it comes from.
        signInsCompared: true,
      };
      const draft: EventDraft = {
        type: 'user.sign-in-reported',
        subject: id,
        resource: link.resource,
        changed: ['blocked', ...(hadPassword ? ['passwordHash'] : [])],
      };
      return {
        answer: { user, resource: link.resource },
        write: {
          put: [{ key: keys[0], value: user }],
          delete: [keys[1], ...others],
          index: reindex(keys[0], stored.value, user),
          append: [createEvent(act, draft, now)],
        },
      };
    },
  );
  if (isRefusal(reported)) return reported;
  void tellSuperuser(ports, reported).catch((error: unknown) => ports.reportFault('a notice', error));
  return { reported: true };
}

function linkOf({ links }: KnownSignIns, { secret }: UserLink, now: number) {
  return links.find(({ secretHash, expiresAt }) => now < expiresAt && secretMatches(secret, secretHash));
}

/**
 * By mail, beside the response. The event is the record, and goes to webhooks. The mail has no texts of the resource:
 * administrators with lesser rights would write to the superuser.
 */
async function tellSuperuser(
  ports: Pick<Ports, 'store' | 'clock' | 'courier' | 'reportFault'>,
  { user, resource: id }: { user: User; resource: ResourceId },
): Promise<void> {
  if (ports.courier.isAbsent) return;
  const now = ports.clock.now();
  const [account, resource] = await ports.store.getMany(
    [accountDocument.key(user.account), resourceDocument.key(id)] as const,
    now,
  );
  const superuser = account?.value.superuser;
  if (superuser === undefined) return;
  const [administrator] = await ports.store.getMany([administratorDocument.key(user.account, superuser)], now);
  if (!administrator) return;
  const { email: to, language } = administrator.value;
  const facts = { login: user.login, site: resource?.value.name ?? '' };
  await ports.courier.send({ kind: 'sign-in-reported', to, language, facts });
}
