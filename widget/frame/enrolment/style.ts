/** The style of the enrolment, loaded with it so that a plain sign-in stays small. */
const STYLE = `.secondary {
  min-height: 44px;
  padding: 0 14px;
  border: var(--stroke) solid var(--edge);
  border-radius: var(--small-radius);
  color: var(--text);
  background: transparent;
  font-weight: 600;
}

.secondary:hover {
  border-color: var(--accent);
}

.steps {
  display: grid;
  gap: 16px;
  margin: 0;
  padding: 0 0 0 1.4em;
}

[dir="rtl"] .steps {
  padding: 0 1.4em 0 0;
}

.steps li::marker {
  color: var(--muted);
  font-weight: 600;
}

.steps .field {
  margin-top: 8px;
}

.qr {
  display: block;
  width: min(100%, 220px);
  height: auto;
  margin: 12px auto;
  border-radius: calc(var(--radius) * 0.5);
  background: #fff;
  forced-color-adjust: none;
}

.qr path {
  fill: #000;
  stroke: none;
}

.enrol summary {
  cursor: pointer;
  color: var(--accent);
}

.enrol details p {
  margin: 12px 0 8px;
}

.key,
.code-list {
  font:
    600 16px / 1.6 ui-monospace,
    "Cascadia Mono",
    Menlo,
    Consolas,
    monospace;
  overflow-wrap: anywhere;
  user-select: all;
}

form.enrol,
form.codes {
  display: grid;
  gap: 20px;
}

.enrol h1 + .hint,
.codes h1 + .hint {
  margin: 6px 0 0;
}

.kinds {
  display: grid;
  gap: 10px;
  margin: 0;
  padding: 0;
  list-style: none;
}

.kind {
  display: flex;
  flex-wrap: wrap;
  gap: 2px 12px;
  align-items: baseline;
  justify-content: space-between;
  width: 100%;
  min-height: 44px;
  padding: 12px 16px;
  border: var(--stroke) solid var(--edge);
  border-radius: var(--small-radius);
  text-align: start;
}

.kind:hover {
  border-color: var(--accent);
}

.kind[aria-disabled="true"] {
  cursor: default;
  opacity: 0.72;
}

.kind b {
  font-weight: 600;
}

.kind i {
  color: var(--accent);
  font-size: 13px;
  font-style: normal;
  font-weight: 600;
}

.kind span {
  flex-basis: 100%;
  color: var(--muted);
  font-size: 14px;
  line-height: 1.45;
}

/* Silent, it takes no room. */
.enrol > [role="alert"]:empty {
  position: absolute;
}

.unlock {
  display: grid;
  gap: 12px;
  margin: 12px 0 4px;
}

.later {
  display: grid;
  justify-items: center;
  text-align: center;
}

.code-list {
  display: grid;
  grid-template-columns: repeat(auto-fit, minmax(130px, 1fr));
  gap: 4px 16px;
  margin: 0;
  padding: 12px 16px;
  border: var(--stroke) solid var(--line);
  border-radius: var(--small-radius);
  list-style: none;
  text-align: center;
}

.keep {
  display: flex;
  flex-wrap: wrap;
  gap: 8px;
}

.keep .secondary {
  flex: 1 1 auto;
}

.tick {
  display: flex;
  gap: 10px;
  align-items: center;
  min-height: 44px;
}

.tick input {
  width: 20px;
  height: 20px;
  flex: none;
  accent-color: var(--accent);
}

.printed {
  display: none;
}

@media print {
  .codes > *,
  .card > footer {
    display: none;
  }

  .codes > .printed,
  .codes > .code-list {
    display: block;
    color: #000;
  }
}
`;

const sheet = new CSSStyleSheet();
sheet.replaceSync(STYLE);

/** Uses CSSOM, because the frame's CSP forbids style elements. */
export function injectStyle(): void {
  const { adoptedStyleSheets: worn } = document;
  if (!worn.includes(sheet)) worn.push(sheet);
}
