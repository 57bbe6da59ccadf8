import { ifMatch } from '../service/client.ts';
import { useConsole } from '../shell/context.ts';
import { quoted, t } from '../shell/i18n.ts';
import { refusalMessage } from '../shell/refusal.ts';

export interface DeletePanelProps {
  /** Path below `/v1/`. */
  path: string;
  version: string | undefined;
  /** The name to type as confirmation. */
  name: string;
  /** Explains what is lost. */
  text: string;
  /** Where to go after the deletion. */
  back: string;
  /** Paths of lists and other reads to refresh. */
  alsoChanged: readonly string[];
  /** Title of the action, if it is not called deletion. */
  act?: string;
  /** Label of the button, if it is not “Delete”. */
  label?: string;
  /** Why this administrator cannot delete the object; replaces the button. */
  why?: string | undefined;
}

/** Deletes an object after its name has been typed. */
export function DeletePanel(props: DeletePanelProps) {
  const { path, version, name, text, back, alsoChanged, act, label, why } = props;
  const { client, reads, drafts, texts, ask, go, notify } = useConsole();
  const remove = async () => {
    const title = act === undefined ? t('deleteTitle', { name: quoted(name) }) : `${act}: ${name}`;
    const action = act ?? t('deleteAction');
    if (!(await ask({ title, text, action, isDanger: true, typed: name }))) return;
    const answer = await client.send('DELETE', path, undefined, ifMatch(version));
    if (answer.kind !== 'done') {
      reads.again(path);
      return notify({ text: refusalMessage(texts, answer), isBad: true });
    }
    drafts.drop(path);
    go(back, true);
    reads.changed(...alsoChanged);
    notify({ text: t(act === undefined ? 'deleted' : 'gone', { name }) });
  };
  return (
    <section class="panel edit-section" aria-labelledby="danger">
      <div class="edit-about">
        <h2 id="danger">{act ?? t('delete')}</h2>
      </div>
      <div class="edit-fields">
        <p class="hint">{text}</p>
        {why === undefined ? (
          <button type="button" class="secondary danger" onClick={remove}>
            {label ?? act ?? t('delete')}
          </button>
        ) : (
          <p class="hint">{why}</p>
        )}
      </div>
    </section>
  );
}
