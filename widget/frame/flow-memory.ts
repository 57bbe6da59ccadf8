/**
 * The handle of the flow, kept in the frame's own sessionStorage, because phones throw a page away while its owner is
 * in the authenticator app. It comes back only to the same mount begun with the same nonce (or login request), of which
 * a digest is stored beside it. Everything works without storage: then a page that comes back begins anew.
 */
export interface FlowMemory {
  recall(): Promise<string | undefined>;
  keep(handle: string): Promise<void>;
  forget(): void;
}

export interface FlowOwner {
  resource: string;
  /** The origin of the page around the frame. */
  origin: string;
  /** Which of several widgets of the resource on the page. */
  slot: number;
  nonce: string;
  loginRequest: string;
}

export function createFlowMemory({ resource, origin, slot, nonce, loginRequest }: FlowOwner): FlowMemory {
  const purpose = loginRequest ? 'second-factor' : 'sign-in';
  const key = ['countersign', resource, origin, purpose, slot].join('|');
  let binding: Promise<string | undefined> | undefined;
  const bindingOnce = () => {
    binding ??= digest(`${nonce}\n${loginRequest}`);
    return binding;
  };

  return {
    async recall() {
      const expected = await bindingOnce();
      try {
        const [handle, stored] = JSON.parse(sessionStorage.getItem(key) ?? '[]') as unknown[];
        return expected && stored === expected && typeof handle === 'string' ? handle : undefined;
      } catch {
        return undefined;
      }
    },
    async keep(handle) {
      const stored = await bindingOnce();
      if (!stored) return;
      try {
        sessionStorage.setItem(key, JSON.stringify([handle, stored]));
      } catch {
        // Blocked or full.
      }
    },
    forget() {
      try {
        sessionStorage.removeItem(key);
      } catch {
        // Blocked: then nothing was kept either.
      }
    },
  };
}

/** Undefined where the page has no `crypto.subtle` (plain http that is not loopback): then nothing is kept. */
async function digest(text: string): Promise<string | undefined> {
  try {
    const bytes = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(text));
    return Array.from(new Uint8Array(bytes), (byte) => byte.toString(16).padStart(2, '0')).join('');
  } catch {
    return undefined;
  }
}
