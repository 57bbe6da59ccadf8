import { createApiKey as createApiKeyAs } from '../api-keys/create-api-key.ts';
import { authenticate as authenticateAs } from '../authentication/authenticate.ts';
import type { Actor } from '../kernel/actor.ts';
import type { AccountId } from '../kernel/ids.ts';
import type { RequestContext } from '../kernel/request-context.ts';
import { consumeResult as consumeResultAs } from '../login/consume-result.ts';
import { createLoginRequest as createLoginRequestAs } from '../login/create-login-request.ts';
import { withIdempotency as idempotentlyAs } from '../records/idempotency.ts';
import { assign as assignAs, unassign as unassignAs } from '../resources/assign.ts';
import { createResource as createResourceAs } from '../resources/create-resource.ts';
import { createFilter as createFilterAs } from '../resources/filters/create-filter.ts';
import { updateResource as updateResourceAs } from '../resources/update-resource.ts';
import { createOathToken as createTokenAs } from '../tokens/kinds/oath/create-oath-token.ts';
import { resyncToken as resyncTokenAs } from '../tokens/resync-token.ts';
import { updateToken as updateTokenAs } from '../tokens/update-token.ts';
import { createUser as createUserAs } from '../user-management/create-user.ts';
import { updateUser as updateUserAs } from '../user-management/update-user.ts';

/**
 * Use-cases for tests in which the actor does not matter: the operator of the account, who has every right. Otherwise a
 * test calls the use-case itself.
 */
export function operatorContext(account: AccountId): RequestContext & { actor: Actor } {
  return { actor: { kind: 'operator', account } };
}

type Ports<F> = F extends (ports: infer P, ...rest: never[]) => unknown ? P : never;
/** The argument at that position, with the account in it. */
type Of<F, At extends number> = F extends (...all: infer A) => unknown ? A[At] & { account: AccountId } : never;
type Argument<F, At extends number> = F extends (...all: infer A) => unknown ? A[At] : never;

function split<T extends { account: AccountId }>({ account, ...rest }: T): [RequestContext, Omit<T, 'account'>] {
  return [operatorContext(account), rest];
}

export function authenticate(ports: Ports<typeof authenticateAs>, input: Of<typeof authenticateAs, 2>) {
  const [act, request] = split(input);
  return authenticateAs(ports, act, request as Argument<typeof authenticateAs, 2>);
}

export function consumeResult(ports: Ports<typeof consumeResultAs>, input: Of<typeof consumeResultAs, 2>) {
  return consumeResultAs(ports, ...split(input));
}

export function assign(ports: Ports<typeof assignAs>, input: Of<typeof assignAs, 2>) {
  return assignAs(ports, ...split(input));
}

export function unassign(ports: Ports<typeof unassignAs>, input: Of<typeof unassignAs, 2>) {
  return unassignAs(ports, ...split(input));
}

export function createApiKey(ports: Ports<typeof createApiKeyAs>, input: Of<typeof createApiKeyAs, 2>) {
  return createApiKeyAs(ports, ...split(input));
}

export function createLoginRequest(
  ports: Ports<typeof createLoginRequestAs>,
  birth: Argument<typeof createLoginRequestAs, 2>,
  input: Of<typeof createLoginRequestAs, 3>,
) {
  const [act, request] = split(input);
  return createLoginRequestAs(ports, act, birth, request);
}

export function createUser(
  ports: Ports<typeof createUserAs>,
  birth: Argument<typeof createUserAs, 2>,
  account: AccountId,
  input: Argument<typeof createUserAs, 3>,
) {
  return createUserAs(ports, operatorContext(account), birth, input);
}

export function createToken(
  ports: Ports<typeof createTokenAs>,
  birth: Argument<typeof createTokenAs, 2>,
  account: AccountId,
  input: Argument<typeof createTokenAs, 3>,
) {
  return createTokenAs(ports, operatorContext(account), birth, input);
}

export function createFilter(
  ports: Ports<typeof createFilterAs>,
  birth: Argument<typeof createFilterAs, 2>,
  account: AccountId,
  input: Argument<typeof createFilterAs, 3>,
) {
  return createFilterAs(ports, operatorContext(account), birth, input);
}

export function createResource(
  ports: Ports<typeof createResourceAs>,
  birth: Argument<typeof createResourceAs, 2>,
  account: AccountId,
  input: Argument<typeof createResourceAs, 3>,
) {
  return createResourceAs(ports, operatorContext(account), birth, input);
}

export function updateResource(
  ports: Ports<typeof updateResourceAs>,
  account: AccountId,
  id: Argument<typeof updateResourceAs, 2>,
  changes: Argument<typeof updateResourceAs, 3>,
) {
  return updateResourceAs(ports, operatorContext(account), id, changes);
}

export function updateUser(
  ports: Ports<typeof updateUserAs>,
  account: AccountId,
  id: Argument<typeof updateUserAs, 2>,
  changes: Argument<typeof updateUserAs, 3>,
) {
  return updateUserAs(ports, operatorContext(account), id, changes);
}

export function updateToken(
  ports: Ports<typeof updateTokenAs>,
  account: AccountId,
  id: Argument<typeof updateTokenAs, 2>,
  changes: Argument<typeof updateTokenAs, 3>,
) {
  return updateTokenAs(ports, operatorContext(account), id, changes);
}

export function resyncToken(
  ports: Ports<typeof resyncTokenAs>,
  account: AccountId,
  id: Argument<typeof resyncTokenAs, 2>,
  otps: Argument<typeof resyncTokenAs, 3>,
) {
  return resyncTokenAs(ports, operatorContext(account), id, otps);
}

export function idempotently<P extends Parameters<typeof idempotentlyAs>[1]['prefix'], A extends object>(
  ports: Ports<typeof idempotentlyAs>,
  { account, ...request }: { account: AccountId; key: string | undefined; fingerprint: string; prefix: P },
  make: Parameters<typeof idempotentlyAs<P, A>>[2],
) {
  return idempotentlyAs<P, A>(ports, { ...request, actor: operatorContext(account).actor }, make);
}
