/**
 * Who may call an operation, in one word each. The role matrix derives from it the expected response to every kind of
 * caller.
 *
 * - `sees`: every administrator, and keys with `read`.
 * - `creates`: the superuser, administrators of that role, and keys with `write`.
 * - `sees-resource`: administrators with a grant of the sample's resource, with access or not, and keys with `read`.
 * - `sees-all`: the superuser, and keys with `read`.
 * - `creates-resource`: the superuser, and keys with `write`.
 * - `deletes-resource`: the same; to administrators without a grant the resource looks unknown.
 * - `acts-on-resource`: administrators who may act on the sample's resource, which looks unknown without a grant.
 * - `changes-assigned`: administrators who may act on the resource where the sample's user or token is used.
 * - `helps-on-resource`, `helps-assigned`: the same, and the help desk with access there.
 * - `deletes`: the superuser, and the creator.
 * - `administers`: the superuser, and keys with `administer`.
 * - `grants`: the superuser; keys with `administer` only for rights that they have, and the sample requests more.
 * - `self`: administrators on themselves, by session alone. `superuser-self`: the superuser.
 * - `key-only`: keys with `authenticate`.
 * - `open`: any caller with the link, the code or the password in the body.
 * - `open-to-pages`: callers with a session or none, and no keys.
 */
export type OperationClass =
  | 'sees'
  | 'creates'
  | 'sees-resource'
  | 'sees-all'
  | 'creates-resource'
  | 'deletes-resource'
  | 'acts-on-resource'
  | 'changes-assigned'
  | 'helps-on-resource'
  | 'helps-assigned'
  | 'deletes'
  | 'administers'
  | 'grants'
  | 'self'
  | 'superuser-self'
  | 'key-only'
  | 'open'
  | 'open-to-pages';

export const operationClasses: Record<string, OperationClass> = {
  'POST /authentications': 'key-only',
  'POST /results/consume': 'key-only',
  'POST /results/exchange': 'open',
  'POST /login-requests': 'key-only',
  'POST /transactions': 'key-only',
  'POST /challenges': 'key-only',
  'POST /environment/check': 'key-only',
  'POST /environment': 'key-only',
  'GET /users/{id}/data': 'administers',
  'POST /users/{id}/erasure': 'administers',
  'GET /users/{id}/erasure': 'administers',
  'GET /users/{id}/environments': 'sees',
  'DELETE /users/{id}/environments': 'changes-assigned',
  'GET /users/{id}/trusted-browsers': 'sees',
  'DELETE /users/{id}/trusted-browsers': 'changes-assigned',
  'POST /users/{id}/lost-device': 'changes-assigned',
  'POST /resources': 'creates-resource',
  'GET /resources': 'sees',
  'GET /resources/{id}': 'sees-resource',
  'PATCH /resources/{id}': 'acts-on-resource',
  'POST /resources/{id}/logo': 'acts-on-resource',
  'DELETE /resources/{id}/logo': 'acts-on-resource',
  'GET /resources/{id}/texts': 'sees-resource',
  'PATCH /resources/{id}/texts': 'acts-on-resource',
  'POST /resources/{id}/texts/preview': 'sees-resource',
  'GET /resources/{id}/hook': 'administers',
  'POST /resources/{id}/hook': 'administers',
  'DELETE /resources/{id}/hook': 'administers',
  'POST /resources/{id}/hook/rotate': 'administers',
  'POST /resources/{id}/hook/test': 'administers',
  'POST /users': 'creates',
  'GET /users': 'sees',
  'GET /users/{id}': 'sees',
  'PATCH /users/{id}': 'changes-assigned',
  'POST /tokens': 'creates',
  'GET /tokens': 'sees',
  'GET /tokens/{id}': 'sees',
  'PATCH /tokens/{id}': 'changes-assigned',
  'POST /tokens/{id}/check': 'changes-assigned',
  'POST /tokens/{id}/resync': 'helps-assigned',
  'POST /tokens/{id}/resync-questions': 'helps-assigned',
  'POST /assignments': 'acts-on-resource',
  'DELETE /assignments': 'acts-on-resource',
  'POST /filters': 'creates',
  'GET /filters': 'sees',
  'GET /filters/{id}': 'sees',
  // A filter's rule applies wherever it is attached, so changing it requires the right to delete it.
  'PATCH /filters/{id}': 'deletes',
  'DELETE /filters/{id}': 'deletes',
  'DELETE /resources/{id}': 'deletes-resource',
  'DELETE /users/{id}': 'deletes',
  'DELETE /tokens/{id}': 'deletes',
  'POST /users/{id}/password-reset': 'helps-assigned',
  'POST /users/{id}/enrolment-link': 'helps-on-resource',
  'POST /links': 'helps-on-resource',
  'POST /bulk/users': 'creates',
  'POST /bulk/tokens': 'creates',
  // Each row has its own outcome; the request succeeds.
  'POST /bulk/assignments': 'creates',
  'POST /bulk/links': 'creates',
  'POST /token-imports': 'creates',
  'POST /explain': 'sees-resource',
  'GET /checklist': 'sees',
  'GET /mail': 'sees',
  'POST /mail/test': 'administers',
  'GET /events': 'sees',
  'GET /events/export': 'sees-all',
  'GET /events/sealed': 'sees',
  'GET /users/{id}/events': 'sees',
  'GET /tokens/{id}/events': 'sees',
  'GET /statistics': 'sees-resource',
  'GET /statistics/resources': 'sees',
  'GET /account': 'sees',
  'PATCH /account': 'administers',
  'GET /plan': 'administers',
  'POST /plan': 'administers',
  'GET /plans': 'administers',
  'GET /balance': 'sees',
  'GET /ledger': 'sees',
  'POST /api-keys': 'grants',
  'GET /api-keys': 'administers',
  'GET /api-keys/{id}': 'administers',
  'PATCH /api-keys/{id}': 'administers',
  'DELETE /api-keys/{id}': 'administers',
  'POST /api-keys/{id}/rotate': 'grants',
  'POST /webhooks': 'administers',
  'GET /webhooks': 'administers',
  'GET /webhooks/{id}': 'administers',
  'PATCH /webhooks/{id}': 'administers',
  'DELETE /webhooks/{id}': 'administers',
  'POST /webhooks/{id}/rotate': 'administers',
  'POST /webhooks/{id}/test': 'administers',
  'GET /webhooks/{id}/deliveries': 'administers',
  'POST /webhooks/{id}/replay': 'administers',
  'POST /setup': 'open',
  'POST /links/view': 'open',
  'POST /session/begin': 'open',
  'GET /session/step': 'open',
  'POST /session/identify': 'open',
  'POST /session/password': 'open',
  'POST /session/otp': 'open',
  'POST /session/passkey': 'open',
  'POST /session/recovery': 'open',
  'POST /session/enrol': 'open',
  'POST /session/enrol-passkey': 'open',
  'GET /session': 'self',
  'GET /session/whose': 'open-to-pages',
  'DELETE /session': 'self',
  'GET /administrators': 'administers',
  'GET /administrators/{id}': 'administers',
  // An administrator sees and acts on what is granted, so this takes `read` and `write`.
  'PATCH /administrators/{id}': 'grants',
  'DELETE /administrators/{id}': 'administers',
  'POST /administrators/{id}/transfer': 'superuser-self',
  'GET /administrator-factors': 'administers',
  'PATCH /administrator-factors': 'superuser-self',
  'POST /invitations': 'grants',
  'GET /invitations': 'administers',
  'POST /invitations/{id}/resend': 'grants',
  'DELETE /invitations/{id}': 'administers',
  'POST /invitation/accept': 'open',
  'POST /recovery/accept': 'open',
  'POST /reset/ask': 'open',
  'POST /reset/accept': 'open',
  'POST /me/password': 'self',
  'POST /me/email': 'self',
  'POST /me/email/confirm': 'self',
  'POST /me/token': 'self',
  'POST /me/token/confirm': 'self',
  'POST /me/recovery-codes': 'self',
  'POST /me/passkey-question': 'self',
  'POST /me/passkeys': 'self',
  'POST /me/passkeys/confirm': 'self',
  'GET /me/passkeys': 'self',
  'POST /me/passkeys/rename': 'self',
  'POST /me/passkeys/remove': 'self',
};
