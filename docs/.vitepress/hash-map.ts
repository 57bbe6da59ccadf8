const FETCH = "await fetch(siteDataRef.value.base + 'hashmap.json')";

/**
 * A page that is not there would ask for the names of all files, in case the site was deployed meanwhile. The policy of
 * the service forbids it, and the browser reports that: the site changes only with the service.
 */
export const noHashMap = {
  name: 'no-hash-map',
  enforce: 'pre',
  transform(code: string, id: string) {
    if (!id.endsWith('/vitepress/dist/client/app/router.js')) return undefined;
    if (!code.includes(FETCH)) throw new Error('The router of the site no longer asks for hashmap.json here.');
    return { code: code.replace(FETCH, "await Promise.reject(new Error('no hash map'))"), map: null };
  },
} as const;
