import type { AccountId, AdministratorId, ResourceId, TokenId, UserId } from '../../server/kernel/ids.ts';
import type { SignInState } from './sign-in-state.ts';

/**
 * Everything needed to try the demo, which is only on loopback. Stored in its data folder, with passwords and an API key
 * in plain text, which only a demo may do.
 */
export interface Demo {
  account: AccountId;
  resource: ResourceId;
  apiKey: string;
  user: { id: UserId; login: string; password: string };
  token: { id: TokenId; secret: string; otpauthUri: string };
  /** The superuser. */
  administrator: {
    id: AdministratorId;
    email: string;
    password: string;
    token: TokenId;
    otpauthUri: string;
  };
}

/** What of it is still right, stored beside it. */
export interface DemoState {
  user: SignInState;
  administrator: SignInState;
}
