import type { KnownPasskeys } from './passkey.ts';

/** The user's data and allowed actions on the self-service page (the step `self`, see `flow.ts`). */
export interface SelfView {
  /** Email address and phone number are masked while the proof is `lacking`. */
  person: { login: string; firstName?: string; secondName?: string; email?: string; phone?: string };
  /** Changes allowed here; a fresh proof may still be required. */
  may: {
    firstName: boolean;
    secondName: boolean;
    email: boolean;
    password: boolean;
    addToken: boolean;
    recoveryCodes: boolean;
    forgetBrowsers: boolean;
  };
  /**
   * `fresh`: changes of credentials are allowed. `stale`: the factors have to be verified again first. `lacking`:
   * verifying them here is not enough, since the user has one that this resource cannot request, or that does not work.
   */
  proof: 'fresh' | 'stale' | 'lacking';
  tokens: SelfToken[];
  /** For the browser. Absent while the proof is `lacking`, and if there are too many tokens to name every passkey. */
  passkeys?: KnownPasskeys;
  /** Of a new password, in characters; set if the password can be changed. */
  passwordMinLength?: number;
  /** The password was stolen elsewhere, and the resource warns of such passwords. */
  passwordBreached?: true;
  /** Number of unused recovery codes; absent: the user has none. */
  recovery?: { left: number };
  /** New ones, until the user confirms having them. */
  codes?: string[];
  /** The address that a code was sent to and not yet confirmed. */
  pendingEmail?: string;
  /** The browsers that the user trusts, on any resource, newest first; absent: none. */
  trusted?: SelfBrowser[];
  /** Number of remembered browsers; absent: none are remembered. */
  browsers?: number;
  /** Newest first. */
  signIns: SelfSignIn[];
}

export interface SelfToken {
  id: string;
  name: string;
  kind: string;
  state: 'active' | 'deactivated' | 'locked' | 'expired' | 'out-of-step' | 'secret-lost';
  addedAt: number;
  /** As far as the listed sign-ins show. */
  lastUsedAt?: number;
  mayRename: boolean;
  mayRemove: boolean;
  mayResync: boolean;
  /** True if it has a PIN, which its owner may change. */
  mayChangePin: boolean;
  /** Why it cannot be removed here. */
  kept?: 'handed-out' | 'locked' | 'last';
}

/** Where a user was, as far as it was reported. */
export interface SelfClient {
  address?: string;
  /** Families, such as `firefox` and `windows`. */
  browser?: string;
  platform?: string;
}

export interface SelfBrowser extends SelfClient {
  id: string;
  addedAt: number;
  lastUsedAt: number;
  expiresAt: number;
}

export interface SelfSignIn extends SelfClient {
  at: number;
  granted: boolean;
  /** The verified factors. */
  factors: string[];
}
