import { Plus } from 'lucide';
import { Icon } from '../parts/icon.tsx';
import { useAccess, type Way } from '../shared/access/use-access.ts';
import { t as sharedTexts } from '../shared/i18n.ts';
import { ResourceName } from '../shared/names.tsx';
import { resourcePicker } from '../shared/pickers/pick-resource.ts';
import { usePicker } from '../shared/pickers/picker.tsx';
import { canChangeToken, type Token, type User } from '../shared/user.ts';
import { canActOn, canActSomewhere, useConsole } from '../shell/context.ts';
import { refusalMessage } from '../shell/refusal.ts';
import { t } from './i18n.ts';

/** The resources of a token: together with its owner, or directly without a user. */
export function TokenAccess({ token, owner }: { token: Token; owner: User | undefined }) {
  const { session, texts, notify } = useConsole();
  const { give } = useAccess();
  const { pick, dialog } = usePicker();
  const together = (owner?.assignments ?? []).filter(({ tokens }) => tokens.includes(token.id));
  const canGive = canActSomewhere(session) && canChangeToken(session, token, owner);
  const elsewhere = (token.otherResources ?? 0) + (owner?.otherResources ?? 0);
  const choose = async (held: readonly string[], wayOf: (resource: string) => Way) => {
    const resource = await pick(
      resourcePicker(session, ({ id }) => (held.includes(id) ? t('alreadyThere') : undefined)),
    );
    if (!resource) return;
    const answer = await give(wayOf(resource.id));
    if (answer.kind !== 'done') notify({ text: refusalMessage(texts, answer), isBad: true });
  };
  return (
    <section class="panel" aria-labelledby="access">
      <h2 id="access">{sharedTexts('access')}</h2>
      {owner && (
        <Part
          title={t('withOwner', { name: owner.login })}
          text={t('withOwnerText')}
          ways={together.map(({ resource }) => ({ resource, user: owner.id, token: token.id }))}
          onGive={
            canGive
              ? () =>
                  choose(
                    together.map(({ resource }) => resource),
                    (resource) => ({ resource, user: owner.id, token: token.id }),
                  )
              : undefined
          }
        />
      )}
      {token.kind !== 'webauthn' && token.kind !== 'recovery' && (
        <Part
          title={t('byItself')}
          text={t('byItselfText')}
          ways={token.directResources.map((resource) => ({ resource, token: token.id }))}
          onGive={
            canGive ? () => choose(token.directResources, (resource) => ({ resource, token: token.id })) : undefined
          }
        />
      )}
      {elsewhere > 0 && <p class="hint">{t('elsewhere')}</p>}
      {dialog}
    </section>
  );
}

interface PartProps {
  title: string;
  text: string;
  ways: readonly Way[];
  onGive: (() => void) | undefined;
}

function Part({ title, text, ways, onGive }: PartProps) {
  const { session } = useConsole();
  const { revoke } = useAccess();
  return (
    <div class="access">
      <div class="panel-head">
        <h3>{title}</h3>
        {onGive && (
          <button
            type="button"
            class="secondary"
            onClick={onGive}
            aria-label={`${sharedTexts('accessGive')}: ${title}`}
          >
            <Icon node={Plus} size={16} />
            {sharedTexts('accessGive')}
          </button>
        )}
      </div>
      {ways.length === 0 ? (
        <p class="hint">{text}</p>
      ) : (
        <ul>
          {ways.map((way) => (
            <li key={way.resource}>
              <ResourceName id={way.resource} />
              {canActOn(session, way.resource) && (
                <button type="button" class="quiet" onClick={() => revoke(way)}>
                  {sharedTexts('accessTake')}
                </button>
              )}
            </li>
          ))}
        </ul>
      )}
    </div>
  );
}
