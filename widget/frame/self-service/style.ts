/** The style of the self-service page, loaded with it. */
const STYLE = `
.self {
  display: grid;
  gap: 28px;
}

.self > .top {
  display: grid;
  gap: 4px;
}

.self h1 {
  margin: 0;
}

.self h2 {
  margin: 0 0 10px;
  font-size: 16px;
  line-height: 1.3;
  font-weight: 650;
}

.self section {
  padding-top: 20px;
  border-top: var(--stroke) solid var(--line);
}

.self .top p,
.self section > p,
.self form > p {
  margin: 0;
}

.self .top .error {
  margin-top: 10px;
}

.self .lacking {
  margin-top: 10px;
  padding: 12px 14px;
  font-size: 14px;
  line-height: 1.45;
  border: var(--stroke) solid var(--line);
  border-inline-start: 3px solid var(--mark);
  border-radius: calc(var(--radius) * 0.5);
}

.self ul,
.self dl {
  display: grid;
  gap: 14px;
  margin: 0;
  padding: 0;
  list-style: none;
}

.self li > strong {
  display: block;
  line-height: 1.35;
  font-weight: 600;
}

.self li > span {
  display: block;
  font-size: 14px;
  line-height: 1.45;
  color: var(--muted);
}

.self .hint + ul {
  margin-top: 12px;
}

.self .warns {
  color: var(--error);
  font-weight: 500;
}

.self dl {
  gap: 8px;
}

.self dl > div {
  display: grid;
  grid-template-columns: minmax(0, 2fr) minmax(0, 3fr);
  gap: 0 12px;
}

.self dt {
  font-size: 14px;
  line-height: 24px;
  color: var(--muted);
}

.self dd {
  margin: 0;
}

.self .acts {
  display: flex;
  flex-wrap: wrap;
  gap: 0 18px;
  margin-top: 4px;
}

.self .acts .link {
  min-height: 32px;
}

.self form {
  display: grid;
  gap: 14px;
  margin-top: 12px;
  padding: 16px;
  background: color-mix(in srgb, var(--text) 3%, transparent);
  border: var(--stroke) solid var(--line);
  border-radius: var(--small-radius);
}

.self form .field input {
  font-size: 16px;
}

.self .ends {
  display: flex;
  flex-wrap: wrap;
  gap: 10px;
}

.self .ends button {
  flex: 1 1 150px;
  padding: 10px 12px;
  overflow-wrap: normal;
  width: auto;
  min-height: 44px;
  margin: 0;
}

.self .said:empty {
  display: none;
}

.self .said {
  margin-top: 10px;
  font-size: 14px;
  font-weight: 550;
  color: var(--done);
}

.self .signins li {
  display: grid;
  gap: 0;
}

.self .signins strong {
  font-size: 15px;
  font-weight: 550;
}

@media (max-width: 360px) {
  .self dl > div {
    grid-template-columns: minmax(0, 1fr);
  }
}

@media (min-width: 640px) {
  [data-alone] .card:has(.self) {
    width: 600px;
  }
}
`;

const sheet = new CSSStyleSheet();
sheet.replaceSync(STYLE);

/** Uses CSSOM, because the frame's CSP forbids style elements. */
export function injectSelfStyle(): void {
  const { adoptedStyleSheets: worn } = document;
  if (!worn.includes(sheet)) worn.push(sheet);
}
