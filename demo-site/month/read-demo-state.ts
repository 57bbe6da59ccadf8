import { administratorDocument } from '../../server/administrators/documents.ts';
import type { Ports } from '../../server/kernel/ports/ports.ts';
import { normalisePassword } from '../../server/passwords/password-policy.ts';
import { tokenDocument } from '../../server/tokens/documents.ts';
import { loadAssignedTokens } from '../../server/tokens/load-assigned-tokens.ts';
import { tokenState } from '../../server/tokens/lockout.ts';
import { userDocument } from '../../server/users/documents.ts';
import type { Demo, DemoState } from './demo.ts';
import { decideSignInState, type SignInState } from './sign-in-state.ts';

type Needs = Pick<Ports, 'store' | 'clock' | 'hasher'>;

/** Reads whether the demo's passwords and tokens are still those that it was created with. */
export function createDemoStateReader(ports: Needs, demo: Demo): () => Promise<DemoState> {
  const isUsersPassword = rememberCheck(ports, demo.user.password);
  const isAdministratorsPassword = rememberCheck(ports, demo.administrator.password);
  return async () => {
    const [user, administrator] = await Promise.all([
      readUserState(ports, demo, isUsersPassword),
      readAdministratorState(ports, demo, isAdministratorsPassword),
    ]);
    return { user, administrator };
  };
}

type PasswordCheck = (hash: string | undefined) => Promise<boolean>;

/** A hash costs a core, so it is computed again only for another stored one. */
function rememberCheck({ hasher }: Pick<Ports, 'hasher'>, password: string): PasswordCheck {
  let checked: { hash: string; isRight: boolean } | undefined;
  return async (hash) => {
    if (hash === undefined) return false;
    if (checked?.hash !== hash) checked = { hash, isRight: await hasher.verify(hash, normalisePassword(password)) };
    return checked.isRight;
  };
}

async function readUserState(
  ports: Needs,
  { account, resource, user: { id }, token }: Demo,
  isRight: PasswordCheck,
): Promise<SignInState> {
  const now = ports.clock.now();
  const [stored] = await ports.store.getMany([userDocument.key(id)], now);
  const known = stored?.value.account === account ? stored.value : undefined;
  const { user, tokens } = known ? await loadAssignedTokens(ports, known, resource) : { user: undefined, tokens: [] };
  const held = tokens.find(({ value }) => value.id === token.id);
  return decideSignInState({
    login: user?.login,
    isPasswordRight: await isRight(user?.passwordHash),
    token: held && tokenState(held.value, now),
  });
}

async function readAdministratorState(
  ports: Needs,
  { account, administrator }: Demo,
  isRight: PasswordCheck,
): Promise<SignInState> {
  const now = ports.clock.now();
  const { id, token } = administrator;
  const [stored, held] = await ports.store.getMany(
    [administratorDocument.key(account, id), tokenDocument.key(token)],
    now,
  );
  const current = stored?.value;
  return decideSignInState({
    login: current?.email,
    isPasswordRight: await isRight(current?.passwordHash),
    token: held && current?.token === token ? tokenState(held.value, now) : undefined,
  });
}
