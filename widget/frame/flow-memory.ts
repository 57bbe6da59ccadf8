/**
 * Stores the handle of the flow in the frame's own sessionStorage, because phones discard a page while the user is in
 * the authenticator app. Only the same widget with the same nonce (or login request) gets it back, which a stored
 * digest proves. Without storage a discarded page starts over.
 */
export interface FlowMemory {
  recall(): Promise<string | undefined>;
  keep(handle: string): Promise<void>;
  forget(): void;
}

export interface FlowOwner {
  resource: string;
  /** Origin of the embedding page. */
  origin: string;
  /** Index among the widgets of the same resource on the page. */
  slot: number;
  nonce: string;
  loginRequest: string;
}

export function createFlowMemory({ resource, origin, slot, nonce, loginRequest }: FlowOwner): FlowMemory {
  const purpose = loginRequest ? 'second-factor' : 'sign-in';
  const key = ['countersign', resource, origin, purpose, slot].join('|');
  const binding = digest(`${nonce}\n${loginRequest}`);

  return {
    async recall() {
      const expected = await binding;
      try {
        const [handle, stored] = JSON.parse(sessionStorage.getItem(key) ?? '[]') as unknown[];
        return expected && stored === expected && typeof handle === 'string' ? handle : undefined;
      } catch {
        return undefined;
      }
    },
    async keep(handle) {
      const stored = await binding;
      if (!stored) return;
      try {
        sessionStorage.setItem(key, JSON.stringify([handle, stored]));
      } catch {
        // Storage is blocked or full.
      }
    },
    forget() {
      try {
        sessionStorage.removeItem(key);
      } catch {
        // Storage is blocked, so nothing was stored either.
      }
    },
  };
}

/** Undefined if the page has no `crypto.subtle` (plain http other than loopback): then nothing is stored. */
async function digest(text: string): Promise<string | undefined> {
  try {
    const bytes = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(text));
    return `${new Uint8Array(bytes)}`;
  } catch {
    return undefined;
  }
}
