/** The resource of every test; apart from the service, because pages in the browser use it too. */
export const RESOURCE = 'res_01k8dq9z2mp';
