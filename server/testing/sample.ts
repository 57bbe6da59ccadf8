import type { RefusalCode } from '@countersign/protocol/codes';
import type { FixtureAdministrator } from './administrators.ts';
import type { Fixture, FixtureToken } from './fixtures.ts';

export interface Sample {
  /** For the path parameter: an object of the fixture's account. */
  id?: string;
  query?: string;
  body?: Record<string, unknown>;
  /** Such as the handle of a sign-in. */
  headers?: Record<string, string>;
  /** The status of a valid request. */
  status: number;
  /** If that is a refusal. */
  code?: RefusalCode;
}

export type SampleFixture = Fixture & {
  filter: string;
  webhook: string;
  key: string;
  /** A user with an email address. */
  member: string;
  /** Id of another key. */
  spareKey: string;
  /** The user's other token, an HOTP fob: its next codes are valid at any time. */
  fob: FixtureToken;
  superuser: FixtureAdministrator;
};
