import { FormDialog } from '../../edit/form-dialog.tsx';
import { useQuery } from '../../shell/use-query.ts';
import { t } from '../i18n.ts';
import type { ResourceView } from '../pickers/pick-resource.ts';
import { KINDS } from '../states.tsx';
import type { Assignment, Token, User } from '../user.ts';
import { useAccess } from './use-access.ts';

const WITHOUT_TOKEN = 'alone';

export interface GiveAccessDialogProps {
  user: User;
  resource: ResourceView;
  tokens: readonly Token[];
  onClose(): void;
}

/** Grants a user access to a resource, without a token or together with one of theirs. */
export function GiveAccessDialog({ user, resource, tokens, onClose }: GiveAccessDialogProps) {
  const { give } = useAccess();
  const ways = remainingWays(user.assignments, resource.id, tokens);
  const choices = ways.map((token) =>
    token === undefined
      ? { value: WITHOUT_TOKEN, label: t('accessAlone'), hint: t('accessAloneHint') }
      : {
          value: token.id,
          label: t('accessWith', { token: token.name }),
          hint: `${t(KINDS[token.kind])}. ${t('accessWithHint')}`,
        },
  );
  // Preselect a token if the user has one, since that is the usual choice.
  const initial = choices.find(({ value }) => value !== WITHOUT_TOKEN)?.value ?? choices[0]?.value;
  return (
    <FormDialog
      title={`${t('accessGive')}: ${resource.name}`}
      text={choices.length === 0 && t('accessAll')}
      inputs={choices.length === 0 ? [] : [{ name: 'way', kind: 'one-of', label: t('accessHow'), choices }]}
      initial={{ way: initial }}
      action={t('accessGive')}
      send={async ({ way }) =>
        way === undefined
          ? { kind: 'done', body: undefined }
          : give({ resource: resource.id, user: user.id, ...(way !== WITHOUT_TOKEN && { token: String(way) }) })
      }
      onDone={onClose}
      onClose={onClose}
    />
  );
}

/** The ways of access that are not granted yet; undefined stands for access without a token. */
export function remainingWays<T extends Pick<Token, 'id'>>(
  assignments: readonly Assignment[],
  resource: string,
  tokens: readonly T[],
): (T | undefined)[] {
  const held = assignments.find((one) => one.resource === resource);
  const isAlone = held?.alone === true;
  return [...(isAlone ? [] : [undefined]), ...tokens.filter(({ id }) => !held?.tokens.includes(id))];
}

/** True if the user has tokens, and none of them is used at the resource. */
export function leavesTokensOut(
  { tokens: given }: Pick<Assignment, 'tokens'>,
  tokens: readonly Pick<Token, 'kind' | 'enabled'>[],
): boolean {
  return given.length === 0 && tokens.some(({ kind, enabled }) => enabled && kind !== 'recovery');
}

/** The user's tokens, up to a sensible maximum. */
export function useTokensOf(user: string | undefined) {
  const path = user === undefined ? undefined : `tokens?owner=${user}&limit=100`;
  return useQuery<{ items: Token[]; next: string | null }>(path);
}
