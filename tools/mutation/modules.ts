/** A module that decides, with the tests that must notice when one of its decisions changes. */
export interface DecidingModule {
  readonly name: string;
  readonly files: readonly string[];
  /** Globs of test files. Fewer tests make a faster run; a mutant that only other tests kill counts as survived. */
  readonly tests: readonly string[];
}

export const DECIDING_MODULES: readonly DecidingModule[] = [
  {
    name: 'methods',
    files: ['server/domain/methods.ts'],
    tests: ['server/domain/methods.test.ts'],
  },
  {
    name: 'lockout',
    files: ['server/domain/lockout.ts'],
    tests: ['server/domain/lockout.test.ts'],
  },
  {
    name: 'otp',
    files: [
      'server/domain/otp/{verify,code,format,prove-possession}.ts',
      'server/usecases/second-factor/judge-oath.ts',
    ],
    tests: [
      'server/domain/otp/{verify,code,format,clock-hint,prove-possession}.test.ts',
      'server/usecases/second-factor/judge-oath.test.ts',
    ],
  },
  {
    name: 'sent-codes',
    files: ['server/domain/sent-code.ts', 'server/usecases/second-factor/judge-sent.ts'],
    tests: ['server/domain/sent-code.test.ts', 'server/usecases/second-factor/judge-sent.test.ts'],
  },
  {
    name: 'flow-steps',
    files: ['server/domain/flow-steps.ts'],
    tests: ['server/domain/{flow-steps,flow-moves}.test.ts'],
  },
  {
    name: 'login-requests',
    files: ['server/domain/{requested-beginning,demanded-beginning}.ts'],
    tests: ['server/domain/{requested-beginning,demanded-beginning}.test.ts'],
  },
  {
    name: 'step-up',
    files: ['server/domain/step-up.ts'],
    tests: ['server/domain/step-up.test.ts'],
  },
  {
    name: 'authority',
    files: ['server/domain/authority.ts'],
    tests: ['server/domain/authority.test.ts'],
  },
  {
    name: 'results',
    files: ['server/domain/{signing,result-standing}.ts', 'server/adapters/jose/signer.ts'],
    tests: ['server/domain/{signing,result-standing}.test.ts', 'server/adapters/jose/{signer,result-spelling}.test.ts'],
  },
  {
    name: 'restore',
    files: ['server/usecases/keeping/restore-rules.ts'],
    tests: ['server/usecases/keeping/restore-rules.test.ts'],
  },
  {
    name: 'password-back-off',
    files: ['server/domain/{password-wait,familiar-places}.ts'],
    tests: ['server/domain/{password-wait,familiar-places}.test.ts'],
  },
  {
    name: 'api-keys',
    files: ['server/domain/{api-key,api-key-text}.ts'],
    tests: ['server/domain/{api-key,api-key-text}.test.ts'],
  },
  {
    name: 'assignments',
    files: ['server/domain/assignments.ts'],
    tests: ['server/domain/assignments.test.ts'],
  },
  {
    name: 'code-checks',
    files: ['server/domain/code-checks.ts'],
    tests: ['server/domain/code-checks.test.ts'],
  },
];
