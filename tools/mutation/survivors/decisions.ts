import type { ExplainedSurvivor } from '../score.ts';

const STRYKER_TEXT = '"Stryker was here!"';

/** Where it is decided who gets in. */
export const DECISION_SURVIVORS: readonly ExplainedSurvivor[] = [
  ...[
    "return actor.kind === 'administrator' && (actor.role === 'superuser' || actor.role === 'administrator');",
    "return actor.kind === 'administrator' && actor.role === 'help-desk';",
    "return actor.kind === 'administrator' && actor.resources.includes(resource);",
  ].map((line) => ({
    file: 'server/kernel/policy.ts',
    line,
    replacement: 'true',
    reason: 'The kind is there for the compiler: no other actor has a role, and grants are read only beside one.',
  })),
  {
    file: 'server/sign-in/rules/notices/known-sign-ins.ts',
    line: 'const { networks = [], browsers = [], seenAt = {} } = known ?? {};',
    replacement: '["Stryker was here"]',
    reason: 'What was seen at no time is forgotten in the same step.',
  },
  {
    file: 'server/authentication/first-factor.ts',
    line: "const { email = '' } = user;",
    replacement: STRYKER_TEXT,
    reason: 'The default only has to be no address, and this text is none either.',
  },
  {
    file: 'server/authentication/first-factor.ts',
    line: "return isAddressFor('email', email) && isOwnMailbox(user, 'password') ? email : undefined;",
    replacement: '""',
    reason: 'There are two kinds of addresses, and every kind but a phone number is checked as email.',
  },
  {
    file: 'server/platform/jose/signer.ts',
    line: "const [, , signature = ''] = jwt.split('.');",
    replacement: STRYKER_TEXT,
    reason: 'A JWT whose signature was right has three parts: the default is there for the compiler and never counts.',
  },
  {
    file: 'server/platform/jose/signer.ts',
    line: 'if (jwt.length > MAX_JWT_LENGTH) return undefined;',
    replacement: 'jwt.length >= MAX_JWT_LENGTH',
    reason: 'A result has a tenth of that length. The limit saves work, and one character more or less is the same.',
  },
  {
    file: 'server/platform/jose/signer.ts',
    line: "const key = typeof header.kid === 'string' ? byKid.get(header.kid) : undefined;",
    replacement: 'true',
    reason: 'The type is there for the compiler: a map with texts as keys has nothing under another value.',
  },
  {
    file: 'server/platform/jose/signer.ts',
    line: "throw new errors.JWSInvalid('not the header of a result');",
    replacement: '""',
    reason: 'The error is caught by its type a few lines above, and its text goes nowhere.',
  },
  {
    file: 'server/platform/jose/signer.ts',
    line: 'return typ === RESULT_TYP || typ === TEST_RESULT_TYP;',
    replacement: 'true',
    reason:
      'Another type is refused without a look at the signature; if it were looked at, the claims would not fit the type.',
  },
  {
    file: 'server/platform/jose/signer.ts',
    line: 'const ORIGIN = /^https?:\\/\\/(?:[a-z0-9_-]+(?:\\.[a-z0-9_-]+)*|\\[[0-9a-f:]+\\])(?::\\d{1,5})?$/;',
    replacement: '/https?:\\/\\/(?:[a-z0-9_-]+(?:\\.[a-z0-9_-]+)*|\\[[0-9a-f:]+\\])(?::\\d{1,5})?$/',
    reason: 'The origin of a URL that has something before its scheme is not its text, which is asked for as well.',
  },
  {
    file: 'server/authentication/signing.ts',
    line: "'otp',",
    replacement: '""',
    reason: 'Every method but those with a password asks for the code alone and is denied alike.',
  },
  {
    file: 'server/tokens/assignments.ts',
    line: 'return token && token.id === pair.token && token.owner === user && token.epoch === pair.epoch ? [token] : [];',
    replacement: 'true',
    reason: 'The map has each token under its own id; that it is asked for again guards against a damaged one.',
  },
  {
    file: 'server/kernel/policy.ts',
    line: "{ resource, subject, related = [] }: Pick<AccountEvent, 'resource' | 'subject' | 'related'>,",
    replacement: '["Stryker was here"]',
    reason: 'What is related and no resource is left out of the decision.',
  },
  {
    file: 'server/kernel/policy.ts',
    line: "return actor.kind === 'administrator' && actor.id === token.administrator && actor.through === undefined;",
    replacement: 'true',
    reason: 'The kind is there for the compiler: no other kind of actor has the id of an administrator.',
  },
  {
    file: 'server/kernel/policy.ts',
    line: 'return creator.kind === self.kind && creator.id !== undefined && creator.id === self.id;',
    replacement: 'true',
    reason: 'Only administrators are compared, who have an id: a creator without one equals none of them.',
  },
  {
    file: 'server/tokens/code-checks.ts',
    line: 'const wrongAt = checks?.wrongAt ?? [];',
    replacement: '["Stryker was here"]',
    reason: 'One entry is fewer than any limit, so it closes nothing.',
  },
  {
    file: 'server/tokens/code-checks.ts',
    line: 'const kept = (checks?.wrongAt ?? []).filter((at) => at > now - CHECKS_TTL_MS);',
    replacement: '["Stryker was here"]',
    reason: 'A text is not later than any time, so the filter drops it.',
  },
  {
    file: 'server/sign-in/start/start-from-login-request.ts',
    line: 'if (canBePassedOn && attemptsLeft !== undefined && attemptsLeft <= 0) {',
    replacement: 'true',
    reason: 'Undefined is not at most 0 either: it is asked for because the compiler wants it.',
  },
  {
    file: 'server/sign-in/start/start-from-login-request.ts',
    line: "if (!user || !isAssigned(assignment, tokens)) return denied('ACCESS_DENIED');",
    replacement: 'false',
    reason: 'Without a user there is no assignment: the user is asked for because the compiler wants it.',
  },
  {
    file: 'server/sign-in/start/start-from-login-request.ts',
    line: "const method = request.hostCheckedPassword ? 'password-otp' : 'otp';",
    replacement: '""',
    reason: 'Every method but those with a password asks for the code alone and is denied alike.',
  },
  {
    file: 'server/sign-in/start/start-from-login-request.ts',
    line: "if (environmentForbids(environment, 'skipped')) return { ...denied('ENVIRONMENT_MISMATCH'), isOfEnvironment: true };",
    replacement: '""',
    reason: 'The check of the browser asks only whether a code was verified.',
  },
  {
    file: 'server/tokens/kinds/oath/verify-otp.ts',
    line: 'const kept = (token.spoiled ?? []).filter((one) => one >= current && one !== step);',
    replacement: '["Stryker was here"]',
    reason: 'A text is not later than any step, so the filter drops it.',
  },
  {
    file: 'server/tokens/kinds/oath/verify-otp.ts',
    line: 'if (isRight && counter > last && !token.spoiled?.includes(counter)) hits.push(counter);',
    replacement: 'counter >= last',
    reason: 'The last accepted code is a replay, whatever else matches.',
  },
  ...[
    'false',
    "(!reading.ok || typeof reading.value !== 'object') && reading.value === null",
    "!reading.ok && typeof reading.value !== 'object'",
  ].map((replacement) => ({
    file: 'server/sign-in/rules/hook/decision.ts',
    line: "if (!reading.ok || typeof reading.value !== 'object' || reading.value === null) return UNREADABLE;",
    replacement,
    reason: 'What is no object has no `allow`, so it is unreadable by the next check too.',
  })),
  {
    file: 'server/sign-in/rules/hook/decision.ts',
    line: "return /^application\\/json(?:\\s*;|$)/i.test(type ?? '');",
    replacement: STRYKER_TEXT,
    reason: 'Without the header there is no type: the text is there for the compiler, and neither is JSON.',
  },
  ...['true', 'left >= 0'].map((replacement) => ({
    file: 'server/platform/webhook-http/bound-calls.ts',
    line: 'if (left > 0) running.set(id, left);',
    replacement,
    reason: 'An id with no call counts as 0 either way: removing it saves memory.',
  })),
  {
    file: 'server/proof-of-work/puzzle.ts',
    line: "const [, id = '', expiry = '', seal = '', key = ''] = parts;",
    replacement: STRYKER_TEXT,
    reason: 'A match has all four parts: the texts are there for the compiler.',
  },
  {
    file: 'server/proof-of-work/puzzle.ts',
    line: "if (address === undefined) return 'unknown';",
    replacement: '""',
    reason: 'Any text does that is no network.',
  },
  {
    file: 'server/authentication/breached-password.ts',
    line: 'if (!owner) return { answer: undefined };',
    replacement: '{}',
    reason: 'No answer and one that is undefined are the same.',
  },
  {
    file: 'server/proof-of-work/pressure.ts',
    line: "return address === undefined ? 'unknown' : rateKey(address);",
    replacement: 'false',
    reason: 'What is no address has that key too: the check is there for the compiler.',
  },
  {
    file: 'server/passwords/hash-cost.ts',
    line: "const [, scheme, cost = ''] = setting.split('$');",
    replacement: STRYKER_TEXT,
    reason: 'A setting was read as one, so it has a cost: the default is there for the compiler and never counts.',
  },
  {
    file: 'server/checklist/count-password-alone.ts',
    line: 'if (isRefusal(page)) return 0;',
    replacement: 'false',
    reason: 'Only a cursor can be refused, and none is given: the check is there for the compiler.',
  },
  {
    file: 'server/checklist/count-password-alone.ts',
    line: 'const owners = [...new Set(page.items.flatMap(({ owner }) => owner ?? []))];',
    replacement: '["Stryker was here"]',
    reason: 'No user has that id.',
  },
  {
    file: 'server/user-management/password-alone.ts',
    line: 'if (possible.length === 0) return [];',
    replacement: 'false',
    reason: 'Where nothing is decided, no instant is found either: the check saves a pause for most users of a page.',
  },
  {
    file: 'server/user-management/password-alone.ts',
    line: 'return !isRefused && factors?.otpSkipped ? [factors.skippedSince ?? null] : [];',
    replacement: 'factors.otpSkipped',
    reason: 'There are no factors only where a check refuses: the question mark is there for the compiler.',
  },
  {
    file: 'server/passwords/scheme-text.ts',
    line: "const [, scheme = '', encoding, rest = ''] = parts;",
    replacement: STRYKER_TEXT,
    reason: 'A text that matches has both parts: the defaults are there for the compiler.',
  },
  {
    file: 'server/passwords/scheme-text.ts',
    line: "const [, salt, iterations, coded = ''] = DOVECOT_PBKDF2.exec(rest) ?? [];",
    replacement: STRYKER_TEXT,
    reason:
      'The default is there for the compiler: a text that does not match has no salt either, and is refused for that.',
  },
  {
    file: 'server/passwords/scheme-text.ts',
    line: "const [, salt, iterations, coded = ''] = DOVECOT_PBKDF2.exec(rest) ?? [];",
    replacement: '["Stryker was here"]',
    reason: 'The first part, the whole text, is not read.',
  },
  {
    file: 'server/passwords/scheme-text.ts',
    line: '} catch {',
    replacement: '{}',
    reason: 'A function that ends without an answer returns undefined as well.',
  },
  {
    file: 'server/platform/breached-passwords/range-service.ts',
    line: "const digits = hashForList('sha-1', password).toString('hex').toUpperCase();",
    replacement: '""',
    reason: 'There are two kinds of hashes, and every kind but that of NTLM is SHA-1.',
  },
];
