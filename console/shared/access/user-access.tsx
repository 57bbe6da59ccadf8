import { Plus } from 'lucide';
import { useState } from 'preact/hooks';
import { Icon } from '../../parts/icon.tsx';
import { canActOn, canActSomewhere, useConsole } from '../../shell/context.ts';
import { t } from '../i18n.ts';
import { ResourceName, TokenName } from '../names.tsx';
import { type ResourceView, resourcePicker } from '../pickers/pick-resource.ts';
import { usePicker } from '../pickers/picker.tsx';
import { canChangeUser, type User } from '../user.ts';
import { GiveAccessDialog, leavesTokensOut, useTokensOf } from './give-access-dialog.tsx';
import { useAccess, type Way } from './use-access.ts';

/** The resources a user can access, and with which tokens. */
export function UserAccess({ user, none }: { user: User; none: string }) {
  const { session } = useConsole();
  const { revoke } = useAccess();
  const { pick, dialog } = usePicker();
  const tokens = useTokensOf(user.id);
  const [giving, setGiving] = useState<ResourceView>();
  const canGive = canActSomewhere(session) && canChangeUser(session, user);
  const { otherResources = 0 } = user;
  const give = async () => setGiving(await pick(resourcePicker(session)));
  return (
    <section class="panel" aria-labelledby="access">
      <div class="panel-head">
        <h2 id="access">{t('access')}</h2>
        {canGive && (
          <button type="button" class="secondary" onClick={give} data-key="a">
            <Icon node={Plus} size={16} />
            {t('accessGive')}
          </button>
        )}
      </div>
      {user.assignments.length + otherResources === 0 && <p class="hint">{none}</p>}
      {user.assignments.map((assignment) => {
        const { resource, alone, tokens: held } = assignment;
        const ways: Way[] = [
          ...(alone ? [{ resource, user: user.id }] : []),
          ...held.map((token) => ({ resource, user: user.id, token })),
        ];
        return (
          <div class="access" key={resource}>
            <h3>
              <ResourceName id={resource} />
            </h3>
            <ul>
              {ways.map((way) => (
                <li key={way.token ?? 'alone'}>
                  <span>{way.token === undefined ? t('accessAlone') : <TokenName id={way.token} />}</span>
                  {canActOn(session, resource) && (
                    <button type="button" class="quiet" onClick={() => revoke(way)}>
                      {t('accessTake')}
                    </button>
                  )}
                </li>
              ))}
            </ul>
            {leavesTokensOut(assignment, tokens.body?.items ?? []) && <p class="hint">{t('accessNoToken')}</p>}
          </div>
        );
      })}
      {otherResources > 0 && <p class="hint">{t('accessElsewhere', { resources: otherResources })}</p>}
      {dialog}
      {giving && (
        <GiveAccessDialog
          key={`${giving.id} ${tokens.body ? 'known' : ''}`}
          user={user}
          resource={giving}
          tokens={tokens.body?.items ?? []}
          onClose={() => setGiving(undefined)}
        />
      )}
    </section>
  );
}
