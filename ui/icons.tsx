/** Countersign's mark: a seal, signed twice. */
export function Seal() {
  return (
    <svg class="seal" viewBox="0 0 32 32" width="32" height="32" aria-hidden="true">
      <path
        class="seal-body"
        d="M16 1.8 19.5 4l4.1-.3 1.8 3.7 3.7 1.8-.3 4.1 2.2 3.5-2.2 3.5.3 4.1-3.7 1.8-1.8 3.7-4.1-.3L16 31l-3.5-2.2-4.1.3-1.8-3.7-3.7-1.8.3-4.1L1 16l2.2-3.5-.3-4.1 3.7-1.8 1.8-3.7 4.1.3z"
      />
      <path class="seal-sign" d="m9 16.6 3.6 3.6 6.6-7.4M15.6 18.6l1.6 1.6 6-7.4" />
    </svg>
  );
}

export function Lock() {
  return (
    <svg class="lock" viewBox="0 0 16 16" width="14" height="14" aria-hidden="true">
      <path d="M4.75 7V5a3.25 3.25 0 0 1 6.5 0v2M3.5 7h9v6.75h-9z" />
    </svg>
  );
}

export function Cross() {
  return (
    <svg viewBox="0 0 16 16" width="16" height="16" aria-hidden="true">
      <path d="m4 4 8 8m0-8-8 8" />
    </svg>
  );
}

export function Eye({ isOpen }: { isOpen: boolean }) {
  return (
    <svg viewBox="0 0 20 20" width="20" height="20" aria-hidden="true">
      <path d="M1.8 10S4.8 4.5 10 4.5 18.2 10 18.2 10 15.2 15.5 10 15.5 1.8 10 1.8 10zM10 7.5a2.5 2.5 0 1 0 0 5 2.5 2.5 0 0 0 0-5" />
      {isOpen && <path d="m3.5 16.5 13-13" />}
    </svg>
  );
}

export function Check() {
  return (
    <svg class="check" viewBox="0 0 48 48" width="56" height="56" aria-hidden="true">
      <circle cx="24" cy="24" r="22" />
      <path d="m15 24.8 6.2 6.2L33.5 18" />
    </svg>
  );
}

/** The mark of a checklist item. */
export function Tick({ isDone }: { isDone: boolean }) {
  return (
    <svg class={isDone ? 'tick done' : 'tick'} viewBox="0 0 20 20" width="22" height="22" aria-hidden="true">
      <circle cx="10" cy="10" r="8.5" />
      {isDone && <path d="m6.2 10.3 2.6 2.6 5-5.6" />}
    </svg>
  );
}
