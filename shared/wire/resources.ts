/** How the widget authenticates: one method for all users, or `auto`: by each user's assignment. */
export const METHOD_POLICIES = ['auto', 'password', 'otp', 'password-otp'] as const;
export type MethodPolicy = (typeof METHOD_POLICIES)[number];

/** What the first factor is where one is asked for: the password, or a code mailed to the user in its place. */
export const FIRST_FACTORS = ['password', 'mailed-code'] as const;
export type FirstFactor = (typeof FIRST_FACTORS)[number];

/** `pass`: every sign-in succeeds. `fail`: none does. `expire`: each succeeds, with a result that has expired. */
export const TEST_MODES = ['pass', 'fail', 'expire'] as const;
export type TestMode = (typeof TEST_MODES)[number];

/** What a sign-in does about a right password on the operator's list of breached ones. */
export const BREACH_POLICIES = ['off', 'warn', 'refuse'] as const;
export type BreachPolicy = (typeof BREACH_POLICIES)[number];

/** What a result can carry of its user besides the login. */
export const PROFILE_FIELDS = ['email', 'name', 'externalId'] as const;
export type ProfileField = (typeof PROFILE_FIELDS)[number];

/** The details that users can change. Administrators manage the login, and a phone receives codes. */
export const OWN_DETAILS = ['firstName', 'secondName', 'email'] as const;
export type OwnDetail = (typeof OWN_DETAILS)[number];

/** Properties of a browser that seldom change. */
export const TRAITS = ['language', 'zone', 'platform', 'screen', 'colourDepth', 'browser'] as const;
export type Trait = (typeof TRAITS)[number];

/** The consequence for a user whose browser differs too much from their earlier ones. */
export const ENVIRONMENT_ACTIONS = ['demand-otp', 'refuse'] as const;
export type EnvironmentAction = (typeof ENVIRONMENT_ACTIONS)[number];

/** What follows if the hook gives no valid answer: `deny` ends the sign-in, `allow` issues the result. */
export const HOOK_FAILURE_RULES = ['deny', 'allow'] as const;
export type HookFailureRule = (typeof HOOK_FAILURE_RULES)[number];
