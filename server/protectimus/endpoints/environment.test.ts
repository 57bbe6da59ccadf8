import { afterAll, beforeAll } from 'vitest';
import { type Dialect, numberOf, openDialect } from '../../testing/dialect.ts';
import { type DialectCase, tryCases } from '../../testing/dialect-cases.ts';

let dialect: Dialect;
beforeAll(async () => {
  dialect = await openDialect('dialect rows of environments');
});
afterAll(() => dialect.service.ports.close());

const R = ({ scene }: Dialect) => ({ resourceId: numberOf(scene.resource.id), resourceName: undefined });
const U = ({ scene }: Dialect) => ({ userId: undefined, userLogin: scene.user.login });

const CASES: readonly DialectCase[] = [
  {
    row: 'POST auth-service/authenticate/save-environment',
    when: 'no browser data is sent',
    send: (own) => ({ ...U(own), jsonEnvironment: '{"colour":"red"}' }),
    failure: 'INVALID_PARAMETER',
  },
  {
    row: 'POST auth-service/authenticate/save-environment',
    when: 'it is not JSON',
    send: (own) => ({ ...U(own), jsonEnvironment: '{"language":' }),
    failure: 'INVALID_PARAMETER',
  },
  {
    row: 'POST auth-service/authenticate/check-environment',
    when: 'the parameter is missing',
    send: (own) => ({ ...R(own), ...U(own), jsonEnvironment: undefined }),
    failure: 'MISSING_PARAMETER',
  },
];

tryCases(() => dialect, CASES);
