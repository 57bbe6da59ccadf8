/** Operations whose methods of the client are written by hand: only the types of their responses are generated. */
export const TYPED_OPERATIONS: readonly string[] = ['POST /explain', 'GET /checklist'];

/** They change nothing the second time, so a request whose response was lost is sent again. */
export const REPEATABLE: ReadonlySet<string> = new Set(['POST /token-imports']);

/** Members of responses that nothing may print: a seed, a key, recovery codes. */
export const SECRETS: ReadonlySet<string> = new Set(['secret', 'otpauthUri', 'recoveryCodes', 'text']);
