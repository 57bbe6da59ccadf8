/**
 * Where the tab stores the login of a user who has just chosen a password, for the next sign-in on a page of the service
 * (`sessionStorage`): no address names it, and no other origin can read it.
 */
export function filledLoginKey(resource: string): string {
  return `countersign|login|${resource}`;
}
