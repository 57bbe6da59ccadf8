import type { Answer } from '../../service/client.ts';
import { useConsole } from '../../shell/context.ts';
import { refusalMessage } from '../../shell/refusal.ts';
import { t } from '../i18n.ts';

/** An assignment: a user alone, a user together with a token, or a token alone. */
export interface Way {
  resource: string;
  user?: string;
  token?: string;
}

/** Grants and revokes access with a notification, which offers undo for a while. */
export function useAccess(): {
  give(way: Way): Promise<Answer>;
  revoke(way: Way): Promise<void>;
} {
  const { client, reads, texts, ask, notify } = useConsole();
  const changed = () => reads.changed('users', 'tokens', 'checklist');
  const post = (way: Way) => client.send('POST', 'assignments', way);
  const remove = (way: Way) => client.send('DELETE', `assignments?${new URLSearchParams({ ...way })}`);
  const undoing = (send: (way: Way) => Promise<Answer>, way: Way) => async () => {
    const answer = await send(way);
    changed();
    return answer.kind === 'done' ? undefined : refusalMessage(texts, answer);
  };
  return {
    async give(way) {
      const answer = await post(way);
      changed();
      if (answer.kind === 'done') notify({ text: t('accessGiven'), undo: undoing(remove, way) });
      return answer;
    },
    async revoke(way) {
      const title = t('accessTakeTitle');
      if (!(await ask({ title, text: t('accessTakeText'), action: t('accessTake'), isDanger: true }))) return;
      const answer = await remove(way);
      changed();
      if (answer.kind === 'done') notify({ text: t('accessTaken'), undo: undoing(post, way) });
      else notify({ text: refusalMessage(texts, answer), isBad: true });
    },
  };
}
