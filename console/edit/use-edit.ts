import { useEffect, useRef, useState } from 'preact/hooks';
import { type Answer, ifMatch } from '../service/client.ts';
import { type Conflict, changesOf, conflictOf, type Fields, rebase } from '../service/conflict.ts';
import { useConsole } from '../shell/context.ts';
import type { Draft } from '../shell/drafts.ts';
import { t } from '../shell/i18n.ts';
import { refusalInWords } from '../shell/refusal.ts';

export interface Edit {
  values: Fields;
  /** Names of the changed fields. */
  changed: string[];
  /** The changes come from a draft: the user left the page and came back. */
  isKept: boolean;
  isBusy: boolean;
  refused?: Exclude<Answer, { kind: 'done' }> | undefined;
  conflict?: Conflict | undefined;
  set(name: string, value: unknown): void;
  discard(): void;
  save(): Promise<void>;
  /** Saves on top of the other administrator's changes. */
  apply(yielded: ReadonlySet<string>): Promise<void>;
}

export interface EditParts {
  /** Path below `/v1/`; also the name of the draft. */
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
  const [draft, setDraft] = useState<Draft>(
    () => drafts.get(path) ?? { base: pick(body), version, values: pick(body) },
  );
  const [isKept, setKept] = useState(() => drafts.get(path) !== undefined);
  const [isBusy, setBusy] = useState(false);
  const [refused, setRefused] = useState<Edit['refused']>();
  const [theirs, setTheirs] = useState<{ body: Fields; version: string | undefined }>();
  const changed = changedNames(draft);

  const put = (next: Draft) => {
    setDraft(next);
    drafts.put(path, changedNames(next).length > 0 ? next : undefined);
  };
  /** Without changes, the form shows the latest version. The user may have typed since this render. */
  const isClean = changed.length === 0;
  const latest = useRef(pick);
  latest.current = pick;
  useEffect(() => {
    const base = latest.current(body);
    setDraft((current) => (changedNames(current).length === 0 ? { base, version, values: base } : current));
  }, [body, version, isClean]);

  const send = async (from: Draft): Promise<void> => {
    const changes = changesOf(from.base, from.values);
    setTheirs(undefined);
    setRefused(undefined);
    if (Object.keys(changes).length === 0) return put(from);
    setBusy(true);
    const answer = await client.send<Fields>('PATCH', path, changes, ifMatch(from.version));
    setBusy(false);
    if (answer.kind === 'done') return saved(from, changes, answer.body, answer.version);
    if (answer.kind === 'refused' && answer.code === 'VERSION_CONFLICT') return meet(from);
    setRefused(answer);
  };

  const saved = (from: Draft, changes: Fields, after: Fields, at: string | undefined) => {
    setKept(false);
    put({ base: pick(after), version: at, values: pick(after) });
    const tell = (next: Fields, nextVersion: string | undefined) => {
      reads.changed(...alsoChanged);
      reads.put(path, next, nextVersion);
    };
    tell(after, at);
    const before = Object.fromEntries(Object.keys(changes).map((name) => [name, from.base[name]]));
    const undo = async () => {
      const answer = await client.send<Fields>('PATCH', path, before, ifMatch(at));
      if (answer.kind !== 'done') return refusalInWords(texts, answer);
      tell(answer.body, answer.version);
      return undefined;
    };
    notify({ text: t('saved'), undo });
  };

  /** After a version conflict: reads the current version, and saves again unless the changes overlap. */
  const meet = async (from: Draft): Promise<void> => {
    const now = await client.get<Fields>(path);
    if (now.kind !== 'done') return setRefused(now);
    reads.put(path, now.body, now.version);
    const { theirs: others, both } = conflictOf(from.base, from.values, pick(now.body));
    put(from);
    if (others.length > 0 || both.length > 0) return setTheirs({ body: now.body, version: now.version });
    return send({ base: pick(now.body), version: now.version, values: rebase(from.base, from.values, pick(now.body)) });
  };

  return {
    values: draft.values,
    changed,
    isKept,
    isBusy,
    refused,
    conflict: theirs && conflictOf(draft.base, draft.values, pick(theirs.body)),
    set: (name, value) => {
      setRefused(undefined);
      put({ ...draft, values: { ...draft.values, [name]: value } });
    },
    discard() {
      setKept(false);
      setTheirs(undefined);
      setRefused(undefined);
      put({ base: pick(body), version, values: pick(body) });
    },
    save: () => send(draft),
    async apply(yielded) {
      if (!theirs) return;
      const base = pick(theirs.body);
      await send({ base, version: theirs.version, values: rebase(draft.base, draft.values, base, yielded) });
    },
  };
}
