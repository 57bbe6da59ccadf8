import { useInside } from '../inside/context.ts';
import { refusalInWords } from '../inside/refusal.ts';
import { ifMatch } from '../service/client.ts';
import { words } from './words.ts';

export interface DeletePanelProps {
  /** Below `/v1/`. */
  path: string;
  version: string | undefined;
  name: string;
  /** What is lost by it. */
  text: string;
  /** Where the list is. */
  back: string;
  /** Lists and the like that show something of it. */
  alsoChanged: readonly string[];
  /** In place of “Delete”. */
  label?: string;
  /** Why this person may not; then there is no button. */
  why?: string | undefined;
}

/** Deletes something, once its name has been typed. */
export function DeletePanel({ path, version, name, text, back, alsoChanged, label, why }: DeletePanelProps) {
  const { client, reads, drafts, texts, ask, go, notify } = useInside();
  const remove = async () => {
    const title = label === undefined ? words('deleteTitle', `“${name}”`) : `${label}: ${name}`;
    const isSure = await ask({ title, text, action: label ?? words('deleteAction'), isDanger: true, typed: name });
    if (!isSure) return;
    const answer = await client.send('DELETE', path, undefined, ifMatch(version));
    if (answer.kind !== 'done') {
      reads.again(path);
      return notify({ text: refusalInWords(texts, answer), isBad: true });
    }
    drafts.put(path, undefined);
    go(back, true);
    reads.changed(...alsoChanged);
    notify({ text: words(label === undefined ? 'deleted' : 'gone', name) });
  };
  return (
    <section class="panel edit-section" aria-labelledby="danger">
      <div class="edit-about">
        <h2 id="danger">{label ?? words('delete')}</h2>
      </div>
      <div class="edit-fields">
        <p class="hint">{text}</p>
        {why === undefined ? (
          <button type="button" class="secondary danger" onClick={remove}>
            {label ?? words('delete')}
          </button>
        ) : (
          <p class="hint">{why}</p>
        )}
      </div>
    </section>
  );
}
