/** Where the service shows its documentation. */
export const DOCUMENTS_PATH = '/docs/';
