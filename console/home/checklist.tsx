import type { ChecklistItem, ChecklistView } from '../../shared/wire/checklist.ts';
import type { SessionView } from '../../shared/wire/session.ts';
import type { Texts } from '../i18n/texts.ts';
import { Link } from '../inside/link.tsx';
import { Snippet } from '../parts/copy.tsx';
import { Tick } from '../parts/icons.tsx';
import type { Client } from '../service/client.ts';
import { commandFor, placeFor } from './instructions.ts';
import { useAnswer } from './use-answer.ts';

export interface ChecklistProps {
  client: Client;
  texts: Texts;
  session: SessionView;
}

/** What there is to do until somebody signs in, and how each of it is done today. */
export function Checklist({ client, texts, session }: ChecklistProps) {
  const { answer, again } = useAnswer<ChecklistView>(client, 'checklist');
  const items = answer?.kind === 'done' ? answer.body.items : [];
  const open = items.filter(({ done }) => !done).map(({ item }) => item);
  return (
    <section class="panel checklist" aria-labelledby="checklist">
      <h2 id="checklist">{texts('checklist')}</h2>
      <p class="hint" role="status">
        {answer === undefined && texts('loading')}
        {answer?.kind === 'done' &&
          (answer.body.done ? texts('checklistAll') : texts('checklistDone', items.length - open.length, items.length))}
        {answer && answer.kind !== 'done' && texts('notLoaded')}
      </p>
      {answer && answer.kind !== 'done' && (
        <button type="button" class="secondary" onClick={again}>
          {texts('tryAgain')}
        </button>
      )}
      <ol>
        {items.map(({ item, done }) => (
          <li key={item} class={done ? 'done' : undefined}>
            <Tick isDone={done} />
            <div>
              <h3>
                <span class="unseen">{texts(done ? 'itemDone' : 'itemOpen')} </span>
                {texts(item)}
              </h3>
              {!done && (
                <HowTo item={item} isFirst={item === open[0]} client={client} texts={texts} session={session} />
              )}
            </div>
          </li>
        ))}
      </ol>
    </section>
  );
}

interface HowToProps extends ChecklistProps {
  item: ChecklistItem;
  isFirst: boolean;
}

function HowTo({ item, isFirst, client, texts, session }: HowToProps) {
  const isSuperuser = session.administrator.role === 'superuser';
  const plans = useAnswer<{ items: { name: string }[] }>(
    client,
    item === 'activate-plan' && isSuperuser ? 'plans' : undefined,
  );
  const newest = useAnswer<{ items: { id: string }[] }>(
    client,
    placeFor(item, undefined) === undefined ? undefined : 'resources?limit=1',
  );
  const plan = plans.answer?.kind === 'done' ? plans.answer.body.items[0]?.name : undefined;
  const resource = newest.answer?.kind === 'done' ? newest.answer.body.items[0]?.id : undefined;
  const place = placeFor(item, resource);
  const command = commandFor(item, { account: session.account.id, plan });
  const isOthers = !isSuperuser && (item === 'add-resource' || (place ?? command) === undefined);
  return (
    <>
      <p class="hint close">{texts(`${item}Hint`)}</p>
      {isOthers && <p class="hint">{texts('bySuperuser')}</p>}
      {place !== undefined && !isOthers && (
        <p class="there">
          <Link class={isFirst ? 'small-primary' : 'secondary'} href={place}>
            {texts('doThis')}
            <span class="unseen">: {texts(item)}</span>
          </Link>
        </p>
      )}
      {command !== undefined && (
        <details open={isFirst}>
          <summary>
            {texts('howTo')}
            <span class="unseen">: {texts(item)}</span>
          </summary>
          <p class="hint">{texts('onServer')}</p>
          <Snippet texts={texts} text={command} what={texts(item)} />
        </details>
      )}
    </>
  );
}
