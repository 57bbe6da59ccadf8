import { createApiKey as createApiKeyAs } from '../api-keys/create-api-key.ts';
import { authenticate as authenticateAs } from '../authentication/authenticate.ts';
import type { Actor } from '../kernel/actor.ts';
import type { AccountId } from '../kernel/ids.ts';
import type { RequestContext } from '../kernel/request-context.ts';
import { assign as assignAs, unassign as unassignAs } from '../resources/assign.ts';
import { createResource as createResourceAs } from '../resources/create-resource.ts';
import { createFilter as createFilterAs } from '../resources/filters/create-filter.ts';
import { updateResource as updateResourceAs } from '../resources/update-resource.ts';
import { consumeResult as consumeResultAs } from '../sign-in/results/consume-result.ts';
import { createLoginRequest as createLoginRequestAs } from '../sign-in/start/create-login-request.ts';
import { withIdempotency as idempotentlyAs } from '../store/records/idempotency.ts';
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

/** A use-case for which the test names the account in place of the actor. */
function forAccount<P, Input extends unknown[], Output>(
  useCase: (ports: P, context: ReturnType<typeof operatorContext>, ...input: Input) => Output,
) {
  return (ports: P, account: AccountId, ...input: Input): Output => useCase(ports, operatorContext(account), ...input);
}

/** The same for one that takes the new id first. */
function creating<P, Birth, Input, Output>(
  useCase: (ports: P, context: ReturnType<typeof operatorContext>, birth: Birth, input: Input) => Output,
) {
  return (ports: P, birth: Birth, account: AccountId, input: Input): Output =>
    useCase(ports, operatorContext(account), birth, input);
}

/** The same for one whose test names the account among the input. */
function withAccount<P, Input, Output>(
  useCase: (ports: P, context: ReturnType<typeof operatorContext>, input: Input) => Output,
) {
  return (ports: P, { account, ...input }: Input & { account: AccountId }): Output =>
    useCase(ports, operatorContext(account), input as Input);
}

export const authenticate = withAccount(authenticateAs);
export const consumeResult = withAccount(consumeResultAs);
export const assign = withAccount(assignAs);
export const unassign = withAccount(unassignAs);
export const createApiKey = withAccount(createApiKeyAs);

export const createUser = creating(createUserAs);
export const createToken = creating(createTokenAs);
export const createFilter = creating(createFilterAs);
export const createResource = creating(createResourceAs);

export const updateResource = forAccount(updateResourceAs);
export const updateUser = forAccount(updateUserAs);
export const updateToken = forAccount(updateTokenAs);
export const resyncToken = forAccount(resyncTokenAs);

export function createLoginRequest(
  ports: Parameters<typeof createLoginRequestAs>[0],
  birth: Parameters<typeof createLoginRequestAs>[2],
  { account, ...request }: Parameters<typeof createLoginRequestAs>[3] & { account: AccountId },
) {
  return createLoginRequestAs(ports, operatorContext(account), birth, request);
}

export function idempotently<P extends Parameters<typeof idempotentlyAs>[1]['prefix'], A extends object>(
  ports: Parameters<typeof idempotentlyAs>[0],
  { account, ...request }: { account: AccountId; key: string | undefined; fingerprint: string; prefix: P },
  make: Parameters<typeof idempotentlyAs<P, A>>[2],
) {
  return idempotentlyAs<P, A>(ports, { ...request, actor: operatorContext(account).actor }, make);
}
