import { omitUndefined } from '@countersign/protocol/omit-undefined';
import type { Gap, LeftOut, SourceUser } from './system.ts';

type Fields = Record<string, unknown>;

/** What an export says about a user, whatever system it is from. */
interface ExportedUser {
  /** Their id in the other system. */
  id: string | undefined;
  username?: string | undefined;
  email?: string | undefined;
  isEmailVerified?: boolean;
  phone?: string | undefined;
  isPhoneVerified?: boolean;
  firstName?: string | undefined;
  secondName?: string | undefined;
  blocked?: boolean;
  /** The `passwordHash` of a row, or why there is none. */
  password: Fields | Gap;
  tokens?: readonly (Fields | Gap)[];
}

const isGap = (found: Fields | Gap): found is Gap => 'what' in found;

/**
 * The user as it can be moved. The login is the username, else the email address, else a confirmed phone number. Only
 * what the other system confirmed is kept: the owner of another mailbox or phone could take the account.
 */
export function sourceUser(exported: ExportedUser): SourceUser | LeftOut {
  const { id, username, email, isEmailVerified = false, phone, isPhoneVerified = false, password } = exported;
  const { firstName, secondName, blocked = false, tokens = [] } = exported;
  const confirmedPhone = isPhoneVerified ? phone : undefined;
  const login = username ?? email ?? confirmedPhone;
  if (login === undefined) return { left: 'NO_NAME', login: id ?? '' };
  const gaps = [password, ...tokens].filter(isGap);
  if (phone !== undefined && !isPhoneVerified) gaps.push({ what: 'phone', code: 'PHONE_UNVERIFIED' });
  return {
    row: {
      login,
      ...omitUndefined({
        email: isEmailVerified ? email : undefined,
        phone: confirmedPhone,
        firstName,
        secondName,
        externalId: id,
        passwordHash: isGap(password) ? undefined : password,
      }),
    },
    blocked,
    unverifiedEmail: isEmailVerified ? undefined : email,
    tokens: tokens.filter((found): found is Fields => !isGap(found)),
    gaps,
  };
}
