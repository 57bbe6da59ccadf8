import { useEffect, useState } from 'preact/hooks';
import { useTokensOf } from '../shared/access/give-access-dialog.tsx';
import type { User } from '../shared/user.ts';
import { useConsole } from '../shell/context.ts';
import { type Explanation, type SignInStatus, signInStatus } from './sign-in-status.ts';

/** Each resource is one request and costs the service a decision. */
const MAX_EXPLAINED = 20;

export interface UserStatus {
  /** Undefined while the service decides, and where it cannot be asked. */
  status?: SignInStatus | undefined;
  explained: readonly Explanation[];
}

/** Asks the service how it decides on the user, on each resource. Asked again when the user or a token changes. */
export function useSignInStatus(user: User | undefined): UserStatus {
  const { client } = useConsole();
  const tokens = useTokensOf(user?.id).body;
  const [explained, setExplained] = useState<readonly Explanation[]>();
  useEffect(() => {
    if (!user || !tokens) return;
    const asking = new AbortController();
    const ask = async () => {
      const answers = await Promise.all(
        user.assignments
          .slice(0, MAX_EXPLAINED)
          .map(({ resource }) =>
            client.send<Explanation>('POST', 'explain', { resource, user: user.id }, {}, asking.signal),
          ),
      );
      if (asking.signal.aborted) return;
      const bodies = answers.flatMap((answer) => (answer.kind === 'done' ? [answer.body] : []));
      setExplained(bodies.length === answers.length ? bodies : undefined);
    };
    void ask();
    return () => asking.abort();
  }, [client, user, tokens]);
  if (!user || !explained) return { explained: [] };
  // What the administrator does not see may let the user in.
  const isHidden = explained.length === 0 && (user.otherResources ?? 0) > 0 && !user.blocked;
  return { explained, status: isHidden ? undefined : signInStatus(user, explained) };
}
