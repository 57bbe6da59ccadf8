/** A change of one rule that breaks a security requirement, and the test file that names the requirement. */
export interface RequirementMutation {
  /** `SR-n`, as in `docs/security-requirements.md`. */
  readonly requirement: string;
  readonly file: string;
  /** Text that the file has exactly once. */
  readonly rule: string;
  /** What stands in its place. */
  readonly mutation: string;
  readonly test: string;
}

export const REQUIREMENT_MUTATIONS: readonly RequirementMutation[] = [
  {
    requirement: 'SR-1',
    file: 'server/tokens/kinds/oath/verify-otp.ts',
    rule: "if (repeated) return { verdict: 'replayed' };",
    mutation: 'void repeated;',
    test: 'server/tokens/kinds/oath/verify-otp.test.ts',
  },
  {
    requirement: 'SR-4',
    file: 'server/login/result-validity.ts',
    rule: 'if (!isAssigned(assignmentTo(user, result.resource), tokens)) return false;',
    mutation: '',
    test: 'server/login/result-validity.test.ts',
  },
  {
    requirement: 'SR-7',
    file: 'server/store/redis/replica-barrier.ts',
    rule: "if (Math.min(received, flushed) >= online) return 'confirmed';",
    mutation: "if (received >= online) return 'confirmed';",
    test: 'server/store/redis/replica-barrier.test.ts',
  },
  {
    requirement: 'SR-8',
    file: 'server/tokens/lockout.ts',
    rule: '|| counter < token.nextCounter',
    mutation: '',
    test: 'server/tokens/lockout.test.ts',
  },
  {
    requirement: 'SR-14',
    file: 'server/tokens/lockout.ts',
    rule: 'token.lock || rules.userBlocked ||',
    mutation: 'token.lock ||',
    test: 'server/tokens/lockout.test.ts',
  },
  {
    requirement: 'SR-15',
    file: 'server/tokens/lockout.ts',
    rule: ": { ...counted, lock: { reason: 'otp-failures', at: input.now } };",
    mutation: ': counted;',
    test: 'server/tokens/lockout.test.ts',
  },
  {
    requirement: 'SR-38',
    file: 'server/enrolment/passkey-upgrade.ts',
    rule: 'if (isUnknownBrowser || !isKnownNetwork) return false;',
    mutation: 'if (isUnknownBrowser) return false;',
    test: 'server/enrolment/passkey-upgrade.test.ts',
  },
  {
    requirement: 'SR-39',
    file: 'server/login/validate-result.ts',
    rule: 'record.userPasswordDigest !== passwordDigest(user)',
    mutation: 'false',
    test: 'server/login/undone-changes.test.ts',
  },
  {
    requirement: 'SR-39',
    file: 'server/users/credential-epoch.ts',
    rule: 'before.blocked === after.blocked && ',
    mutation: '',
    test: 'server/users/credential-epoch.test.ts',
  },
  {
    requirement: 'SR-40',
    file: 'server/password-reset/password-reset.ts',
    rule: '&& reset.passwordDigest === passwordDigest',
    mutation: '',
    test: 'server/password-reset/password-reset.test.ts',
  },
  {
    requirement: 'SR-43',
    file: 'server/tokens/lockout.ts',
    rule: ": { ...counted, lock: { reason: 'resync-failures', at: input.now } };",
    mutation: ': counted;',
    test: 'server/tokens/lockout.test.ts',
  },
  {
    requirement: 'SR-49',
    file: 'server/passwords/rate-limited-password.ts',
    rule: 'isBrowser && place !== undefined ? addNetwork(stored?.value, place, now) : stored?.value',
    mutation: 'stored?.value',
    test: 'server/login/locked-password.test.ts',
  },
  {
    requirement: 'SR-56',
    file: 'server/store/transact.ts',
    rule: 'if (countWaiting(ports.store, queue) >= MAX_WAITING_CHANGES) throw new Contention(anchor);',
    mutation: '',
    test: 'server/store/transact.test.ts',
  },
  {
    requirement: 'SR-63',
    file: 'server/passwords/password-backoff.ts',
    rule: 'lastFailureAt: Math.max(attempts?.lastFailureAt ?? 0, now),',
    mutation: 'lastFailureAt: now,',
    test: 'server/passwords/password-backoff.test.ts',
  },
  {
    requirement: 'SR-69',
    file: 'server/flows/proven-factors.ts',
    rule: '(isMailed && isBeyondMailbox(second?.kind))',
    mutation: 'isMailed',
    test: 'server/flows/proven-factors.test.ts',
  },
  {
    requirement: 'SR-71',
    file: 'server/events/archive-files.ts',
    rule: 'content && sha256Of(content) === file.sha256',
    mutation: 'content',
    test: 'server/events/archived-records.test.ts',
  },
  {
    requirement: 'SR-73',
    file: 'server/trusted-browsers/trusted-browser.ts',
    rule: 'return canShow && browser.basis === trustBasis(facts, now);',
    mutation: 'return canShow;',
    test: 'server/trusted-browsers/trusted-browser.test.ts',
  },
  {
    requirement: 'SR-74',
    file: 'server/hooks/decision.ts',
    rule: "if (allow === false) return { kind: 'denied', ...omitUndefined({ reason: plainText(reason) }) };",
    mutation: '',
    test: 'server/hooks/decision.test.ts',
  },
  {
    requirement: 'SR-76',
    file: 'server/platform/webhook-http/bound-calls.ts',
    rule: '|| (user !== undefined && count(user) >= perUser)',
    mutation: '',
    test: 'server/platform/webhook-http/bound-calls.test.ts',
  },
  {
    requirement: 'SR-77',
    file: 'server/messages/mail-rate.ts',
    rule: 'counts.inWindow <= (counts.inDay > MAILS_IN_A_DAY ? 1 : perWindow)',
    mutation: 'counts.inWindow <= perWindow',
    test: 'server/mailed-codes/mailed-code.test.ts',
  },
  {
    requirement: 'SR-78',
    file: 'server/passwords/hash-cost.ts',
    rule: 'return (2 ** Number(read.text.slice(4, 6)) * MICROSECONDS.bcrypt) / 1000;',
    mutation: 'return 0;',
    test: 'server/passwords/hash-cost.test.ts',
  },
  {
    requirement: 'SR-79',
    file: 'server/store/redis/unconfirmed.ts',
    rule: '> Number(confirmed ?? 0)',
    mutation: '> Number.POSITIVE_INFINITY',
    test: 'server/store/redis/unconfirmed.test.ts',
  },
  {
    requirement: 'SR-79',
    file: 'server/store/redis/replica-barrier.ts',
    rule: 'this.#noteConfirmed(versions);\n  }\n\n  /** Before',
    mutation: 'this.#noteConfirmed(new Map(batch.map(({ home }) => [home, 99])));\n  }\n\n  /** Before',
    test: 'server/store/redis/replica-barrier.test.ts',
  },
  {
    requirement: 'SR-80',
    file: 'server/login/expected-origin.ts',
    rule: '(claims.app === true) === app && ',
    mutation: '',
    test: 'server/login/expected-origin.test.ts',
  },
  {
    requirement: 'SR-86',
    file: 'server/backup/backup-mac.ts',
    rule: 'return new LineSums(key);',
    mutation: 'return new LineSums();',
    test: 'server/backup/forged-backup.test.ts',
  },
];

export interface RequirementScore {
  readonly requirement: string;
  readonly file: string;
  readonly test: string;
  /** Tests of the file that failed; 0: the mutation survived. */
  readonly failed: number;
  readonly date: string;
}

/** @throws Error if the rule is not in the text exactly once */
export function mutate(text: string, { requirement, file, rule, mutation }: RequirementMutation): string {
  const parts = text.split(rule);
  if (parts.length !== 2) throw new Error(`${requirement}: ${file} has ${parts.length - 1} times: ${rule}`);
  return parts.join(mutation);
}
