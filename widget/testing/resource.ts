/** The resource of every test; in a module of its own, because pages in the browser use it too. */
export const RESOURCE = 'res_01k8dq9z2mp';
