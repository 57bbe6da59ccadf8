/** A module with decisions, and the tests that must detect a change of any of them. */
export interface DecidingModule {
  readonly name: string;
  readonly files: readonly string[];
  /** Test files. Fewer tests run faster, but a mutant that only other tests kill counts as survived. */
  readonly tests: readonly string[];
}

export const DECIDING_MODULES: readonly DecidingModule[] = [
  {
    name: 'administrator-factors',
    files: ['server/administrators/factor-policy.ts'],
    tests: ['server/administrators/factor-policy.test.ts'],
  },
  {
    name: 'methods',
    files: ['server/authentication/decide-factors.ts'],
    tests: ['server/authentication/decide-factors.test.ts'],
  },
  {
    name: 'second-factor',
    files: ['server/authentication/decide-second-factor.ts'],
    tests: ['server/authentication/decide-second-factor.test.ts'],
  },
  {
    name: 'lost-device',
    files: ['server/authentication/lost-device.ts'],
    tests: ['server/authentication/lost-device.test.ts'],
  },
  {
    name: 'lockout',
    files: ['server/tokens/lockout.ts'],
    tests: ['server/tokens/lockout.test.ts'],
  },
  {
    name: 'otp',
    files: [
      'server/tokens/kinds/oath/otp-window.ts',
      'server/tokens/kinds/oath/verify-otp.ts',
      'server/tokens/kinds/oath/code.ts',
      'server/tokens/kinds/oath/format.ts',
      'server/tokens/kinds/oath/prove-possession.ts',
      'server/tokens/kinds/oath/verify-oath.ts',
    ],
    tests: [
      'server/tokens/kinds/oath/verify-otp.test.ts',
      'server/tokens/kinds/oath/code.test.ts',
      'server/tokens/kinds/oath/format.test.ts',
      'server/tokens/kinds/oath/clock-hint.test.ts',
      'server/tokens/kinds/oath/prove-possession.test.ts',
      'server/tokens/kinds/oath/verify-oath.test.ts',
      'server/tokens/dry-run-code.test.ts',
      'server/tokens/resync-token.test.ts',
    ],
  },
  {
    name: 'sent-codes',
    files: [
      'server/tokens/kinds/sent/code-limits.ts',
      'server/tokens/kinds/sent/out-of-band-code.ts',
      'server/tokens/kinds/sent/verify-sent.ts',
    ],
    tests: [
      'server/tokens/kinds/sent/code-limits.test.ts',
      'server/tokens/kinds/sent/out-of-band-code.test.ts',
      'server/tokens/kinds/sent/verify-sent.test.ts',
    ],
  },
  {
    name: 'flow-steps',
    files: ['server/sign-in/flow-transitions.ts', 'server/sign-in/complete-flow.ts', 'server/sign-in/rules/unlock.ts'],
    tests: [
      'server/sign-in/flow-transitions.test.ts',
      'server/sign-in/flow-transitions-model.test.ts',
      'server/sign-in/rules/unlock.test.ts',
    ],
  },
  {
    name: 'login-requests',
    files: ['server/sign-in/start/start-from-login-request.ts', 'server/sign-in/start/step-up-start.ts'],
    tests: ['server/sign-in/start/start-from-login-request.test.ts', 'server/sign-in/start/step-up-start.test.ts'],
  },
  {
    name: 'native-apps',
    files: [
      'server/sign-in/apps/app-code.ts',
      'server/sign-in/apps/authorization-request.ts',
      'server/resources/app-redirect-uris.ts',
    ],
    tests: [
      'server/sign-in/apps/app-code.test.ts',
      'server/sign-in/apps/authorization-request.test.ts',
      'server/resources/app-redirect-uris.test.ts',
    ],
  },
  {
    name: 'step-up',
    files: ['server/authentication/step-up.ts'],
    tests: ['server/authentication/step-up.test.ts'],
  },
  {
    name: 'mailed-codes',
    files: [
      'server/authentication/first-factor.ts',
      'server/sign-in/proven-factors.ts',
      'server/sign-in/mailed-codes/mailed-code.ts',
      'server/messages/mail-rate.ts',
    ],
    tests: [
      'server/authentication/first-factor.test.ts',
      'server/sign-in/proven-factors.test.ts',
      'server/sign-in/mailed-codes/mailed-code.test.ts',
    ],
  },
  {
    name: 'trusted-browsers',
    files: ['server/sign-in/rules/trusted-browsers/trusted-browser.ts'],
    tests: ['server/sign-in/rules/trusted-browsers/trusted-browser.test.ts'],
  },
  {
    name: 'authority',
    files: ['server/kernel/policy.ts'],
    tests: ['server/kernel/policy.test.ts', 'server/kernel/lesser-roles.test.ts'],
  },
  {
    name: 'hooks',
    files: ['server/sign-in/rules/hook/decision.ts', 'server/platform/webhook-http/bound-calls.ts'],
    tests: ['server/sign-in/rules/hook/decision.test.ts', 'server/platform/webhook-http/bound-calls.test.ts'],
  },
  {
    name: 'breached-passwords',
    files: ['server/authentication/breached-password.ts'],
    tests: ['server/sign-in/breached-password.test.ts'],
  },
  {
    name: 'sign-in-notices',
    files: ['server/sign-in/rules/notices/known-sign-ins.ts'],
    tests: ['server/sign-in/rules/notices/known-sign-ins.test.ts'],
  },
  {
    name: 'proof-of-work',
    files: [
      'server/proof-of-work/admit-puzzle.ts',
      'server/proof-of-work/pressure.ts',
      'server/proof-of-work/puzzle.ts',
    ],
    tests: [
      'server/proof-of-work/admit-puzzle.test.ts',
      'server/proof-of-work/pressure.test.ts',
      'server/proof-of-work/puzzle.test.ts',
    ],
  },
  {
    name: 'step-proof',
    files: ['server/sign-in/rules/proof-of-work/step-proof.ts'],
    tests: ['server/sign-in/rules/proof-of-work/step-proof.test.ts'],
  },
  {
    name: 'result-origin',
    files: ['server/sign-in/results/expected-origin.ts'],
    tests: ['server/sign-in/results/expected-origin.test.ts'],
  },
  {
    name: 'results',
    files: [
      'server/authentication/signing.ts',
      'server/sign-in/results/result-validity.ts',
      'server/platform/jose/signer.ts',
    ],
    tests: [
      'server/authentication/signing.test.ts',
      'server/sign-in/results/result-validity.test.ts',
      'server/platform/jose/signer.test.ts',
      'server/platform/jose/result-spelling.test.ts',
    ],
  },
  {
    name: 'restore',
    files: ['server/store/catalogue.ts', 'server/store/define-document.ts', 'server/store/define-indexes.ts'],
    tests: ['server/store/define-document.test.ts', 'server/operations/maintenance/catalogue.test.ts'],
  },
  {
    name: 'password-back-off',
    files: ['server/passwords/password-backoff.ts'],
    tests: [
      'server/passwords/password-backoff.test.ts',
      'server/passwords/known-networks.test.ts',
      'server/passwords/failures-in-a-row.test.ts',
    ],
  },
  {
    name: 'hash-cost',
    files: ['server/passwords/hash-cost.ts'],
    tests: ['server/passwords/hash-cost.test.ts'],
  },
  {
    name: 'api-keys',
    files: ['server/api-keys/api-key.ts', 'server/api-keys/api-key-format.ts'],
    tests: ['server/api-keys/api-key.test.ts', 'server/api-keys/api-key-format.test.ts'],
  },
  {
    name: 'assignments',
    files: ['server/users/assignments.ts', 'server/tokens/assignments.ts'],
    tests: ['server/tokens/assignments.test.ts'],
  },
  {
    name: 'code-checks',
    files: ['server/tokens/code-checks.ts'],
    tests: ['server/tokens/code-checks.test.ts'],
  },
  {
    name: 'verify-attestation',
    files: ['server/tokens/kinds/passkey/verify-attestation.ts'],
    tests: [
      'server/tokens/kinds/passkey/verify-assertion.test.ts',
      'server/tokens/kinds/passkey/passkey-registration.test.ts',
    ],
  },
  {
    name: 'count-password-alone',
    files: ['server/checklist/count-password-alone.ts', 'server/user-management/password-alone.ts'],
    tests: ['server/checklist/count-password-alone.test.ts', 'server/user-management/password-alone.test.ts'],
  },
  {
    name: 'sign-in-status',
    files: ['console/users/sign-in-status.ts'],
    tests: ['console/users/sign-in-status.test.ts'],
  },
  {
    name: 'replica-barrier',
    files: ['server/store/redis/replica-barrier.ts', 'server/store/redis/unconfirmed.ts'],
    tests: ['server/store/redis/replica-barrier.test.ts', 'server/store/redis/unconfirmed.test.ts'],
  },
  {
    name: 'audit-chain',
    files: ['server/events/log/segment.ts', 'server/events/log/verify-chain.ts', 'server/events/log/merge-in-time.ts'],
    tests: [
      'server/events/log/segment.test.ts',
      'server/events/log/verify-chain-findings.test.ts',
      'server/events/log/verify-chain-report.test.ts',
      'server/events/log/merge-in-time.test.ts',
    ],
  },
  {
    name: 'event-consumers',
    files: ['server/events/consume-events.ts', 'server/events/consume-by-account.ts'],
    tests: ['server/events/consume-events.test.ts', 'server/events/consume-by-account.test.ts'],
  },
  {
    name: 'statistics',
    files: ['server/events/statistics/day-counters.ts', 'server/events/statistics/distinct-users.ts'],
    tests: ['server/events/statistics/day-counters.test.ts', 'server/events/statistics/distinct-users.test.ts'],
  },
  {
    name: 'restart-pause',
    files: ['server/composition/workers/restart-pause.ts'],
    tests: ['server/composition/workers/restart-pause.test.ts'],
  },
  {
    name: 'turn-budget',
    files: ['server/store/lmdb/turn-budget.ts'],
    tests: ['server/store/lmdb/turn-budget.test.ts'],
  },
  {
    name: 'process-registry',
    files: ['server/operations/processes/process-registry.ts'],
    tests: ['server/operations/processes/process-registry.test.ts'],
  },
  {
    name: 'audit-feed',
    files: ['server/events/feed/feed-lease.ts', 'server/events/feed/feed-line.ts'],
    tests: ['server/events/feed/feed-lease.test.ts', 'server/events/feed/feed-line.test.ts'],
  },
  {
    name: 'audit-retention',
    files: ['server/events/retention-forecast.ts'],
    tests: ['server/events/retention-forecast.test.ts'],
  },
  {
    name: 'personal-parts',
    files: ['server/events/log/personal-part.ts', 'server/events/log/personal-parts.ts'],
    tests: ['server/events/log/personal-part.test.ts'],
  },
  {
    name: 'keyed-queue',
    files: ['server/kernel/keyed-queue.ts'],
    tests: ['server/kernel/keyed-queue.test.ts'],
  },
  {
    name: 'read-up-to',
    files: ['server/kernel/read-up-to.ts'],
    tests: ['server/kernel/read-up-to.test.ts'],
  },
  {
    name: 'credential-epoch',
    files: ['server/users/credential-epoch.ts'],
    tests: ['server/users/credential-epoch.test.ts'],
  },
  {
    name: 'event-terms',
    files: ['server/events/log/id-filter.ts'],
    tests: ['server/events/log/id-filter.test.ts'],
  },
  {
    name: 'mail-failure',
    files: ['server/platform/smtp/mail-failure.ts'],
    tests: ['server/platform/smtp/mail-failure.test.ts'],
  },
  {
    name: 'imported-schemes',
    files: ['server/passwords/scheme-text.ts'],
    tests: ['server/passwords/scheme-text.test.ts'],
  },
  {
    name: 'breach-service',
    files: ['server/platform/breached-passwords/range-service.ts'],
    tests: ['server/platform/breached-passwords/range-service.test.ts'],
  },
  {
    name: 'backup-mac',
    files: ['server/operations/backup/backup-mac.ts'],
    tests: ['server/operations/backup/backup-mac.test.ts'],
  },
  {
    name: 'run-rules',
    files: ['server/sign-in/run-rules.ts'],
    tests: ['server/sign-in/run-rules.test.ts'],
  },
  {
    name: 'report-lost-device',
    files: ['server/user-management/report-lost-device.ts'],
    tests: ['server/user-management/report-lost-device.test.ts'],
  },
  {
    name: 'noted-changes',
    files: ['server/store/lmdb/noted-changes.ts'],
    tests: ['server/store/lmdb/commit-notes.test.ts'],
  },
];
