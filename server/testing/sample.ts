import type { RefusalCode } from '@countersign/protocol/codes';
import type { FixtureAdministrator } from './administrators.ts';
import type { Fixture, FixtureToken } from './fixtures.ts';

export interface Sample {
  /** For the parameter in the path: an object of the scene's account. */
  id?: string;
  query?: string;
  body?: Record<string, unknown>;
  /** Such as the handle of a sign-in. */
  headers?: Record<string, string>;
  /** What a right request answers. */
  status: number;
  /** Where that is a refusal. */
  code?: RefusalCode;
}

export type SampleFixture = Fixture & {
  filter: string;
  webhook: string;
  key: string;
  /** A user with an e-mail address. */
  member: string;
  /** Id of another key. */
  spareKey: string;
  /** The person's other one, counting presses: its next codes are right at any time. */
  fob: FixtureToken;
  superuser: FixtureAdministrator;
};
