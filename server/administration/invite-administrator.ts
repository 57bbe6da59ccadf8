import { omitUndefined } from '@countersign/protocol/omit-undefined';
import { accountDocument } from '../accounts/documents.ts';
import { releaseQuota, reserveQuota } from '../accounts/quotas.ts';
import { type Administrator, type Grant, NO_RECOVERY_CODES } from '../administrators/administrator.ts';
import {
  administratorDocument,
  administratorEmailDocument,
  administratorIndexes,
} from '../administrators/documents.ts';
import { type Actor, type GivenRole, referenceTo } from '../kernel/actor.ts';
import type { AccountId, AdministratorId } from '../kernel/ids.ts';
import type { MailLanguage } from '../kernel/mail.ts';
import { normaliseName } from '../kernel/names.ts';
import { mayMakeAdministrators } from '../kernel/policy.ts';
import { MailerUnavailable } from '../kernel/ports/mailer.ts';
import type { Ports } from '../kernel/ports/ports.ts';
import { createEvent, type RequestContext } from '../kernel/request-context.ts';
import { isRefusal, type Result, refusal } from '../kernel/result.ts';
import { hashSecret, newSecret } from '../kernel/secret-token.ts';
import { byCreation } from '../store/index-entries.ts';
import type { NewId } from '../store/records/create-object.ts';
import { idempotencyMarkDocument } from '../store/records/documents.ts';
import { IDEMPOTENCY_TTL_MS } from '../store/records/idempotency-record.ts';
import { transact } from '../store/transact.ts';
import { type AdministratorLink, INVITATION_LIFETIME_MS, writeLink } from './administrator-link.ts';
import { removeAdministrator } from './change-administrator.ts';
import { newConfirmation } from './codes.ts';
import { administratorLinkDocument } from './documents.ts';
import { missingResource } from './missing-resource.ts';

export type InviteNeeds = Pick<Ports, 'store' | 'clock' | 'random' | 'secrets' | 'courier'> & { issuer: string };

export interface NewAdministrator {
  email: string;
  name: string;
  language: MailLanguage;
  grants: Grant[];
  role?: GivenRole;
  /** For the operator of an account without a superuser: the administrator who accepts becomes its superuser. */
  superuser?: true;
}

export interface Invited {
  administrator: Administrator;
  expiresAt: number;
  /** Where no mail is configured: returned once, for the inviter to hand over. */
  handOver?: { link: string; code: string };
}

/**
 * Invites an administrator, who has no access before accepting.
 *
 * @throws MailerUnavailable when a mail could not be sent: the invitation stays and can be sent again
 */
export async function inviteAdministrator(
  ports: InviteNeeds,
  act: RequestContext,
  { id, madeWith }: NewId<AdministratorId>,
  input: NewAdministrator,
): Promise<Result<Invited>> {
  if (!mayMakeAdministrators(act.actor) || (input.superuser && act.actor.kind !== 'operator'))
    return refusal('FORBIDDEN');
  const { account } = act.actor;
  const missing = await missingResource(ports, account, input.grants);
  if (missing) return missing;
  const { superuser, ...details } = input;
  const taken = await reserveQuota(ports, account, 'administrators', id);
  if (isRefusal(taken)) return taken;
  const made = newLink(ports, account, id, superuser);
  const mark = idempotencyMarkDocument.key(id, account);
  const keys = [
    accountDocument.key(account),
    administratorDocument.key(account, id),
    administratorEmailDocument.key(account, normaliseName(input.email)),
    mark,
  ] as const;
  const invited = await transact<typeof keys, Result<{ administrator: Administrator; accountName: string }>>(
    ports,
    account,
    keys,
    ([home, existing, claim, marked], now) => {
      if (!home) return { answer: refusal('ACCOUNT_NOT_FOUND') };
      const put = { key: administratorLinkDocument.key(account, id), value: made.link, expiresAt: made.link.expiresAt };
      const append = [createEvent(act, { type: 'administrator.invited', subject: id }, now)];
      // The same Idempotency-Key was interrupted after the invitation, so its link may never have been delivered.
      const again = madeWith !== undefined && marked?.value.key === madeWith;
      if (again && existing?.value.state === 'invited') {
        const answer = { administrator: existing.value, accountName: home.value.name };
        return { answer, write: { put: [put], append } };
      }
      if (claim) return { answer: refusal('EMAIL_TAKEN') };
      if (existing) return { answer: refusal('CONTENTION') };
      if (superuser && home.value.superuser !== undefined) return { answer: refusal('FORBIDDEN') };
      const administrator: Administrator = {
        role: 'administrator',
        ...details,
        id,
        account,
        state: 'invited',
        recovery: NO_RECOVERY_CODES,
        sessionEpoch: 0,
        createdAt: now,
        createdBy: referenceTo(act.actor),
      };
      return {
        answer: { administrator, accountName: home.value.name },
        write: {
          put: [
            { key: keys[1], value: administrator },
            { key: keys[2], value: { administrator: id } },
            put,
            ...(madeWith === undefined
              ? []
              : [{ key: mark, value: { key: madeWith }, expiresAt: now + IDEMPOTENCY_TTL_MS }]),
          ],
          index: [{ index: administratorIndexes.created(account), add: byCreation(administrator) }],
          append,
        },
      };
    },
  );
  if (isRefusal(invited)) {
    if (taken.slot === 'held') await releaseQuota(ports, account, 'administrators', id);
    return invited;
  }
  try {
    return await deliver(ports, act.actor, invited.administrator, invited.accountName, made);
  } catch (error) {
    // Sending it again would fail as well. That of an account's superuser stays, because it belongs to the account.
    const isAddressRefused = error instanceof MailerUnavailable && error.failure === 'recipient';
    if (isAddressRefused && !superuser) await removeAdministrator(ports, act, id, 'invited');
    throw error;
  }
}

/** Sends a new link and a new code. The previous ones are void. */
export async function resendInvitation(
  ports: InviteNeeds,
  act: RequestContext,
  id: AdministratorId,
): Promise<Result<Invited>> {
  if (!mayMakeAdministrators(act.actor)) return refusal('FORBIDDEN');
  const { account } = act.actor;
  const linkKey = administratorLinkDocument.key(account, id);
  const keys = [accountDocument.key(account), administratorDocument.key(account, id), linkKey] as const;
  const [, , before] = await ports.store.getMany(keys, ports.clock.now());
  const made = newLink(ports, account, id, before?.value.superuser);
  const renewed = await transact<typeof keys, Result<{ administrator: Administrator; accountName: string }>>(
    ports,
    account,
    keys,
    ([home, stored], now) => {
      if (!home || !stored) return { answer: refusal('ADMINISTRATOR_NOT_FOUND') };
      if (stored.value.state !== 'invited') return { answer: refusal('ADMINISTRATOR_ACTIVE') };
      return {
        answer: { administrator: stored.value, accountName: home.value.name },
        write: {
          put: [{ key: linkKey, value: made.link, expiresAt: made.link.expiresAt }],
          append: [createEvent(act, { type: 'administrator.invited', subject: id }, now)],
        },
      };
    },
  );
  return isRefusal(renewed) ? renewed : deliver(ports, act.actor, renewed.administrator, renewed.accountName, made);
}

interface NewLink {
  link: AdministratorLink;
  text: string;
  code: string;
}

function newLink(ports: InviteNeeds, account: AccountId, id: AdministratorId, superuser: true | undefined): NewLink {
  const secret = newSecret(ports);
  const { code, confirmation } = newConfirmation(ports, id);
  const now = ports.clock.now();
  const link: AdministratorLink = {
    kind: 'invitation',
    secretHash: hashSecret(secret),
    confirmation,
    ...omitUndefined({ superuser }),
    createdAt: now,
    expiresAt: now + INVITATION_LIFETIME_MS,
  };
  return { link, text: writeLink({ account, administrator: id, secret }), code };
}

/**
 * Uses two mails, so that one misdirected mail or a forwarded link is not enough. Returns link and code to the inviter
 * only where no mail is configured: otherwise an inviter who makes a mail fail could accept the invitation.
 */
async function deliver(
  ports: InviteNeeds,
  inviter: Actor,
  administrator: Administrator,
  accountName: string,
  { link, text, code }: NewLink,
): Promise<Invited> {
  const { expiresAt } = link;
  // In the fragment, which browsers do not send.
  const path = `/invitation#${text}`;
  if (ports.courier.isAbsent) return { administrator, expiresAt, handOver: { link: `${ports.issuer}${path}`, code } };
  const to = { to: administrator.email, language: administrator.language };
  const name = await nameOf(ports, inviter);
  const facts = { account: accountName, path, expiresAt, ...omitUndefined({ inviter: name }) };
  await ports.courier.send({ kind: 'administrator-invitation', ...to, facts });
  await ports.courier.send({ kind: 'confirmation-code', ...to, facts: { code, lifetimeMs: INVITATION_LIFETIME_MS } });
  return { administrator, expiresAt };
}

async function nameOf(ports: Pick<Ports, 'store' | 'clock'>, actor: Actor): Promise<string | undefined> {
  if (actor.kind !== 'administrator') return undefined;
  const key = administratorDocument.key(actor.account, actor.id);
  const [administrator] = await ports.store.getMany([key], ports.clock.now());
  return administrator?.value.name;
}
