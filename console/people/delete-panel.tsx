import { useInside } from '../inside/context.ts';
import { refusalInWords } from '../inside/refusal.ts';
import { ifMatch } from '../service/client.ts';
import { words } from './words.ts';

export interface DeletePanelProps {
  /** Below `/v1/`. */
  path: string;
  version: string | undefined;
  /** Typed to confirm. */
  name: string;
  label: string;
  /** What goes with it. */
  text: string;
  /** Where one is afterwards. */
  list: string;
  mayDelete: boolean;
  /** Why not. */
  whyNot: string;
}

/** The end of an object, for those who may. */
export function DeletePanel({ path, version, name, label, text, list, mayDelete, whyNot }: DeletePanelProps) {
  const { client, reads, drafts, texts, ask, go, notify } = useInside();
  const remove = async () => {
    const title = words('deleteTitle', `“${name}”`);
    if (!(await ask({ title, text, action: words('deleteAction'), isDanger: true, typed: name }))) return;
    const answer = await client.send('DELETE', path, undefined, ifMatch(version));
    if (answer.kind !== 'done') {
      reads.again(path);
      return notify({ text: refusalInWords(texts, answer), isBad: true });
    }
    drafts.put(path, undefined);
    go(list, true);
    reads.changed('users', 'tokens', 'checklist');
    notify({ text: words('deleted', name) });
  };
  return (
    <section class="panel edit-section" aria-labelledby="danger">
      <div class="edit-about">
        <h2 id="danger">{words('danger')}</h2>
      </div>
      <div class="edit-fields">
        <p class="hint">{text}</p>
        {mayDelete ? (
          <button type="button" class="secondary danger" onClick={remove}>
            {label}
          </button>
        ) : (
          <p class="hint">{whyNot}</p>
        )}
      </div>
    </section>
  );
}
