import { useLayoutEffect, useRef, useState } from 'preact/hooks';
import { ifMatch } from '../service/client.ts';
import { type Conflict, changesOf, conflictOf, type Fields, rebase } from '../service/conflict.ts';
import { type Notice, noticeOf } from '../service/submission.ts';
import { useConsole } from '../shell/context.ts';
import type { Draft } from '../shell/drafts.ts';
import { t } from '../shell/i18n.ts';
import { refusalMessage } from '../shell/refusal.ts';

export interface Edit {
  values: Fields;
  /** Names of the changed fields. */
  changed: string[];
  /** The changes come from a draft: the user left the page and came back. */
  isKept: boolean;
  isBusy: boolean;
  /** Why the changes were not saved. */
  notice: Notice | undefined;
  conflict?: Conflict | undefined;
  set(name: string, value: unknown): void;
  discard(): void;
  save(): Promise<void>;
  /** Saves on top of the other administrator's changes. */
  apply(yielded: ReadonlySet<string>): Promise<void>;
}

export interface EditParts {
  /** Path below `/v1/`. */
  path: string;
  names: readonly string[];
  body: Fields;
  version: string | undefined;
  /** Paths of lists and other reads to refresh. */
  alsoChanged: readonly string[];
}

const changedNames = ({ base, values }: Draft): string[] => Object.keys(changesOf(base, values));

/** The state of an edit form: values, changes, saving and version conflicts. */
export function useEdit({ path, names, body, version, alsoChanged }: EditParts): Edit {
  const { client, reads, drafts, notify, texts } = useConsole();
  const pick = (from: Fields): Fields => Object.fromEntries(names.map((name) => [name, from[name] ?? null]));
  // One object may be edited on several pages, each with its fields.
  const name = `${path} ${names.join(' ')}`;
  const [draft, setDraft] = useState<Draft>(
    () => drafts.get(name) ?? { base: pick(body), version, values: pick(body) },
  );
  const [isKept, setKept] = useState(() => drafts.get(name) !== undefined);
  const [isBusy, setBusy] = useState(false);
  const [notice, setNotice] = useState<Notice>();
  const [theirs, setTheirs] = useState<{ body: Fields; version: string | undefined }>();
  const changed = changedNames(draft);
  /** The user may have typed since this render. */
  const latest = useRef(draft);

  const put = (next: Draft) => {
    latest.current = next;
    setDraft(next);
    drafts.put(name, changedNames(next).length > 0 ? next : undefined);
  };
  /** Replaces the draft that was sent, but keeps what the user has typed since. */
  const replace = (sent: Draft, next: Draft) =>
    put({ ...next, values: rebase(sent.values, latest.current.values, next.values) });

  /** Without changes, the form shows the latest version. */
  const isClean = changed.length === 0;
  const update = useRef(() => {});
  update.current = () => {
    if (changedNames(latest.current).length === 0) put({ base: pick(body), version, values: pick(body) });
  };
  useLayoutEffect(() => update.current(), [body, version, isClean]);

  const send = async (from: Draft): Promise<void> => {
    const changes = changesOf(from.base, from.values);
    setTheirs(undefined);
    setNotice(undefined);
    if (Object.keys(changes).length === 0) return;
    setBusy(true);
    const answer = await client.send<Fields>('PATCH', path, changes, ifMatch(from.version));
    setBusy(false);
    if (answer.kind === 'done') return saved(from, changes, answer.body, answer.version);
    if (answer.kind === 'refused' && answer.code === 'VERSION_CONFLICT') return resolveConflict(from);
    setNotice(noticeOf(answer));
  };

  const saved = (from: Draft, changes: Fields, after: Fields, at: string | undefined) => {
    setKept(false);
    replace(from, { base: pick(after), version: at, values: pick(after) });
    const refresh = (next: Fields, nextVersion: string | undefined) => {
      reads.changed(...alsoChanged);
      reads.put(path, next, nextVersion);
    };
    refresh(after, at);
    const before = Object.fromEntries(Object.keys(changes).map((name) => [name, from.base[name]]));
    const undo = async () => {
      const answer = await client.send<Fields>('PATCH', path, before, ifMatch(at));
      if (answer.kind !== 'done') return refusalMessage(texts, answer);
      refresh(answer.body, answer.version);
      return undefined;
    };
    notify({ text: t('saved'), undo });
  };

  /** Reads the current version, and saves on top of it unless another administrator changed the same fields. */
  const resolveConflict = async (from: Draft): Promise<void> => {
    const now = await client.get<Fields>(path);
    if (now.kind !== 'done') return setNotice(noticeOf(now));
    reads.put(path, now.body, now.version);
    const base = pick(now.body);
    const { theirs: others, both } = conflictOf(from.base, from.values, base);
    if (others.length > 0 || both.length > 0) return setTheirs({ body: now.body, version: now.version });
    const next = { base, version: now.version, values: rebase(from.base, from.values, base) };
    replace(from, next);
    return send(next);
  };

  return {
    values: draft.values,
    changed,
    isKept,
    isBusy,
    notice,
    conflict: theirs && conflictOf(draft.base, draft.values, pick(theirs.body)),
    set: (name, value) => {
      setNotice(undefined);
      put({ ...latest.current, values: { ...latest.current.values, [name]: value } });
    },
    discard() {
      setKept(false);
      setTheirs(undefined);
      setNotice(undefined);
      put({ base: pick(body), version, values: pick(body) });
    },
    save: () => send(latest.current),
    async apply(yielded) {
      if (!theirs) return;
      const { base: before, values } = latest.current;
      const base = pick(theirs.body);
      const next = { base, version: theirs.version, values: rebase(before, values, base, yielded) };
      put(next);
      await send(next);
    },
  };
}
