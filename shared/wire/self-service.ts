/** What the self-service page shows of its person, and what they may do there (the step `self`, see `flow.ts`). */
export interface SelfView {
  /** E-mail address and phone number are masked where the proof is `lacking`. */
  person: { login: string; firstName?: string; secondName?: string; email?: string; phone?: string };
  /** What there is to be changed here; a fresh proof may still be asked for. */
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
   * `fresh`: what changes a way in goes through. `stale`: the factors have to be shown again first. `lacking`: showing them
   * here is not enough, since the person has one that this resource cannot ask for, or that does not work.
   */
  proof: 'fresh' | 'stale' | 'lacking';
  tokens: SelfToken[];
  /** Of a new password, in characters; where there is one to be changed. */
  passwordMinLength?: number;
  /** How many recovery codes are left; absent: the person has none. */
  recovery?: { left: number };
  /** New ones, until the person says that they have them. */
  codes?: string[];
  /** The address that a code was sent to, which has not come back yet. */
  pendingEmail?: string;
  /** How many browsers are remembered; absent: none are here. */
  browsers?: number;
  /** Newest first. */
  signIns: SelfSignIn[];
}

export interface SelfToken {
  id: string;
  name: string;
  kind: string;
  state: 'active' | 'deactivated' | 'locked' | 'expired' | 'out-of-step';
  addedAt: number;
  /** As far as the sign-ins that are shown tell. */
  lastUsedAt?: number;
  mayRename: boolean;
  mayRemove: boolean;
  mayResync: boolean;
  /** It has a PIN, which its owner may change. */
  mayChangePin: boolean;
  /** Why it cannot be removed here. */
  kept?: 'handed-out' | 'locked' | 'last';
}

export interface SelfSignIn {
  at: number;
  granted: boolean;
  /** What was shown. */
  factors: string[];
  address?: string;
  /** Families, such as `firefox` and `windows`; absent where the browser did not say. */
  browser?: string;
  platform?: string;
}
