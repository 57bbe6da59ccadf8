import type { Keyed, TokenQuery, TokenRowOutcome } from './administration.ts';
import {
  type CallOptions,
  type ChangeableCollection,
  createCollection,
  itemPath,
  readItem,
  unexpected,
} from './collection.ts';
import type {
  CreatedOf,
  CreatedRecoveryCodes,
  NewRecoveryCodes,
  NewToken,
  Token,
  TokenChanges,
  TokenCheck,
  TokenImport,
  TokenImportAnswer,
} from './token-objects.ts';
import type { Transport } from './transport.ts';

type AnyCreated = CreatedOf<NewToken['kind']>;
type TokenCollection = ChangeableCollection<Token, NewToken, TokenChanges, AnyCreated, TokenQuery>;

export interface Tokens extends Omit<TokenCollection, 'create'> {
  /** Sent with an Idempotency-Key of its own, so a lost answer does not make two. What comes of it hangs on the kind. */
  create<Kind extends NewToken['kind']>(
    input: NewToken & { kind: Kind },
    options?: CallOptions,
  ): Promise<CreatedOf<Kind>>;
  /** Up to 500 at once, each with its own outcome, in their order. Repeated by itself as a creation is. */
  createMany(rows: readonly Keyed<NewToken>[], options?: CallOptions): Promise<TokenRowOutcome[]>;
  /** Codes that stand in once each for one of another token's. Assign them as any token. */
  createRecoveryCodes(input: NewRecoveryCodes, options?: CallOptions): Promise<CreatedRecoveryCodes>;
  /**
   * Makes the tokens of a file: PSKC, CSV, `otpauth://` URIs, an export of Google Authenticator or another app. All of it is judged before
   * the first is made. Repeated by itself, since nothing is made twice: after a lost answer what was made is `exists`. Thousands of rows
   * take longer than the usual `timeoutMs`.
   *
   * @throws CountersignError `IMPORT_UNREADABLE`, or `IMPORT_REFUSED` with the refused rows in `errors`
   */
  import(file: TokenImport, options?: CallOptions): Promise<TokenImportAnswer>;
  /**
   * Brings a device back into step, by two codes that it showed one after the other. Never repeated by itself: wrong
   * ones count as a wrong code, right ones are used up.
   *
   * @throws CountersignError `OTP_WRONG`, `TOKEN_LOCKED`, ...
   */
  resync(id: string, otps: readonly [string, string], options?: CallOptions): Promise<Token>;
  /**
   * Says whether a sign-in would take this code now, of a TOTP or HOTP token. The code stays good, and no failure of the token is
   * counted. Never repeated by itself: what is not right counts against the checks that a token has in an hour.
   *
   * @throws CountersignError `TOO_MANY_ATTEMPTS`, `TOKEN_KIND_UNFIT`, `TOKEN_LOCKED`, ...
   */
  check(id: string, otp: string, options?: CallOptions): Promise<TokenCheck>;
}

export function createTokens(send: Transport, createMany: Tokens['createMany']): Tokens {
  const collection = createCollection<Token, NewToken, TokenChanges, AnyCreated, TokenQuery>(send, {
    path: '/tokens',
    readCreated,
  });
  async function create<Kind extends NewToken['kind']>(input: NewToken & { kind: Kind }, options?: CallOptions) {
    const created = await collection.create(input, options);
    if (created.token.kind !== input.kind) throw unexpected('a token of this kind');
    return created as CreatedOf<Kind>;
  }
  return {
    ...collection,
    create,
    createMany,
    createRecoveryCodes: (input, options) => create({ ...input, kind: 'recovery' }, options),
    async import({ content, ...file }, { signal } = {}) {
      const text = typeof content === 'string';
      const body = { ...file, content: text ? content : base64(content), encoding: text ? 'text' : 'base64' };
      const answer = await send({ method: 'POST', path: '/token-imports', body, kind: 'read', signal });
      if (!Array.isArray(answer?.rows) || typeof answer.counts !== 'object') throw unexpected('what became of a file');
      return answer as unknown as TokenImportAnswer;
    },
    async resync(id, otps, { signal } = {}) {
      const path = `${itemPath('/tokens', id)}/resync`;
      return readItem<Token>(await send({ method: 'POST', path, body: { otps }, kind: 'once', signal }));
    },
    async check(id, otp, { signal } = {}) {
      const path = `${itemPath('/tokens', id)}/check`;
      const answer = await send({ method: 'POST', path, body: { otp }, kind: 'once', signal });
      if (typeof answer?.verdict !== 'string') throw unexpected('what a code is');
      return answer as unknown as TokenCheck;
    },
  };
}

/** What is shown only once has to be there: it cannot be read later. */
function readCreated({ token: made, secret, otpauthUri, recoveryCodes }: Record<string, unknown>): AnyCreated {
  const token = readItem<Token>(made);
  switch (token.kind) {
    case 'totp':
    case 'hotp':
      if (typeof secret !== 'string' || typeof otpauthUri !== 'string') throw unexpected('a new token with its secret');
      return { token, secret, otpauthUri } as AnyCreated;
    case 'ocra':
      if (typeof secret !== 'string') throw unexpected('a new token with its secret');
      return { token, secret } as AnyCreated;
    case 'recovery':
      if (!Array.isArray(recoveryCodes) || !recoveryCodes.every((code) => typeof code === 'string')) {
        throw unexpected('a new token with its recovery codes');
      }
      return { token, recoveryCodes };
    default:
      return { token } as AnyCreated;
  }
}

/** In pieces: a call takes only so many arguments, and a file may have two mebibytes. */
function base64(bytes: Uint8Array): string {
  let text = '';
  for (let at = 0; at < bytes.length; at += 8192) text += String.fromCharCode(...bytes.subarray(at, at + 8192));
  return btoa(text);
}
