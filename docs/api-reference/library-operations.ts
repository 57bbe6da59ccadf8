/**
 * The operations of the management API that the client libraries offer: a group for each noun, a method for each
 * operation. The OpenAPI document says the rest. To offer another one, add it here and run `npm run clients`.
 */
export const GROUPS: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  resources: {
    ...crud('/resources'),
    setLogo: 'POST /resources/{id}/logo',
    removeLogo: 'DELETE /resources/{id}/logo',
  },
  users: {
    ...crud('/users'),
    createMany: 'POST /bulk/users',
    environments: 'GET /users/{id}/environments',
    forgetEnvironments: 'DELETE /users/{id}/environments',
    trustedBrowsers: 'GET /users/{id}/trusted-browsers',
    endBrowserTrust: 'DELETE /users/{id}/trusted-browsers',
  },
  tokens: {
    ...crud('/tokens'),
    createMany: 'POST /bulk/tokens',
    importFile: 'POST /token-imports',
    resync: 'POST /tokens/{id}/resync',
    check: 'POST /tokens/{id}/check',
  },
  filters: crud('/filters'),
  apiKeys: { ...crud('/api-keys'), rotate: 'POST /api-keys/{id}/rotate' },
  assignments: { create: 'POST /assignments', createMany: 'POST /bulk/assignments', delete: 'DELETE /assignments' },
};

/** Operations whose methods of the client are written by hand, under one name in all libraries. */
export const METHODS: Readonly<Record<string, string>> = {
  'POST /authentications': 'authenticate',
  'POST /results/consume': 'consumeResult',
  'POST /login-requests': 'createLoginRequest',
  'POST /transactions': 'createTransaction',
  'POST /challenges': 'createChallenge',
  'POST /environment/check': 'checkEnvironment',
  'POST /environment': 'saveEnvironment',
  'POST /explain': 'explain',
  'GET /checklist': 'checklist',
};

function crud(path: string): Record<string, string> {
  return {
    create: `POST ${path}`,
    get: `GET ${path}/{id}`,
    list: `GET ${path}`,
    update: `PATCH ${path}/{id}`,
    delete: `DELETE ${path}/{id}`,
  };
}
