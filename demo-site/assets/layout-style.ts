export const LAYOUT_STYLE = `
:root {
  color-scheme: light dark;
  --paper: #f6f1e6;
  --card: #fffdf8;
  --ink: #1d2a22;
  --soft: #5a665d;
  --line: #e0d9c8;
  --leaf: #1f5a40;
  --on-leaf: #fffdf8;
  --clay: #a8492a;
  --wash: #f9e9dc;
  --serif: "Iowan Old Style", "Palatino Linotype", Palatino, "Book Antiqua", Georgia, "Liberation Serif", serif;
  --sans: "Avenir Next", "Segoe UI", "Helvetica Neue", Arial, sans-serif;
  --juniper: #dfe7e4;
  --fern: #e3ecd9;
  --coin: #f4e3da;
  --snake: #eee8cf;
  --rubber: #f3e6c8;
  --pear: #dcebe0;
}

@media (prefers-color-scheme: dark) {
  :root {
    --paper: #121714;
    --card: #1b231e;
    --ink: #edf1ea;
    --soft: #a9b5ab;
    --line: #2f3a33;
    --leaf: #8fd0a8;
    --on-leaf: #0e1a13;
    --clay: #f0a585;
    --wash: #33241c;
    --juniper: #233035;
    --fern: #22321f;
    --coin: #38291f;
    --snake: #33301c;
    --rubber: #38301a;
    --pear: #1d3328;
  }
}

*,
::before,
::after {
  box-sizing: border-box;
}

html {
  scroll-behavior: smooth;
  -webkit-text-size-adjust: 100%;
}

body {
  display: flex;
  flex-direction: column;
  min-height: 100vh;
  margin: 0;
  background: var(--paper);
  color: var(--ink);
  font: 400 17px / 1.6 var(--sans);
}

h1,
h2 {
  margin: 0 0 0.5em;
  font-family: var(--serif);
  font-weight: 500;
  line-height: 1.12;
  letter-spacing: -0.015em;
  text-wrap: balance;
}

h1 {
  font-size: clamp(2.1rem, 5.4vw, 3.1rem);
}

h2 {
  margin-top: 1.6em;
  font-size: 1.6rem;
}

p {
  margin: 0 0 1em;
}

a {
  color: inherit;
  text-underline-offset: 0.2em;
  text-decoration-thickness: 1px;
  text-decoration-color: color-mix(in srgb, currentcolor 45%, transparent);
}

a:hover {
  text-decoration-color: currentcolor;
}

:focus-visible {
  outline: 2px solid var(--leaf);
  outline-offset: 3px;
  border-radius: 4px;
}

code {
  font: 0.88em ui-monospace, "SF Mono", Menlo, "Liberation Mono", monospace;
  overflow-wrap: anywhere;
}

dl,
dd,
ul {
  margin: 0;
  padding: 0;
  list-style: none;
}

.small,
small {
  color: var(--soft);
  font-size: 0.88rem;
}

.skip {
  position: absolute;
  top: -4rem;
  left: 1rem;
  padding: 0.6rem 1rem;
  background: var(--card);
}

.skip:focus {
  top: 1rem;
}

.top,
main,
.bottom {
  width: 100%;
  max-width: 1120px;
  margin-inline: auto;
  padding-inline: clamp(20px, 4.5vw, 40px);
}

.top {
  display: flex;
  align-items: center;
  justify-content: space-between;
  gap: 1rem;
  padding-block: 22px;
}

.brand {
  display: flex;
  align-items: center;
  gap: 0.5rem;
  font: 500 1.42rem / 1 var(--serif);
  letter-spacing: -0.01em;
  text-decoration: none;
  white-space: nowrap;
}

.brand i {
  color: var(--clay);
}

.sprig {
  width: 30px;
  color: var(--leaf);
}

nav {
  display: flex;
  min-width: 0;
  align-items: center;
  gap: clamp(0.9rem, 3vw, 1.9rem);
  font-size: 0.97rem;
}

nav a {
  padding-block: 0.3rem;
  text-decoration: none;
  white-space: nowrap;
}

nav a:hover {
  text-decoration: underline;
}

nav .me {
  max-width: 11rem;
  padding: 0.4rem 1.05rem;
  overflow: hidden;
  text-overflow: ellipsis;
  border: 1px solid var(--leaf);
  border-radius: 99px;
  color: var(--leaf);
  font-weight: 600;
}

nav .me:hover {
  background: var(--leaf);
  color: var(--on-leaf);
  text-decoration: none;
}

.count {
  display: inline-grid;
  place-items: center;
  min-width: 1.35rem;
  height: 1.35rem;
  margin-left: 0.15rem;
  padding-inline: 0.35rem;
  border-radius: 99px;
  background: var(--clay);
  color: var(--paper);
  font-size: 0.78rem;
  line-height: 1;
}

main {
  flex: 1;
  padding-block: clamp(12px, 3vw, 36px) 72px;
}

.bottom {
  color: var(--soft);
  font-size: 0.85rem;
}

.bottom p {
  margin: 0;
  padding-block: 24px 34px;
  border-top: 1px solid var(--line);
}

.button {
  display: inline-block;
  padding: 0.78rem 1.6rem;
  border: 1px solid var(--leaf);
  border-radius: 99px;
  background: var(--leaf);
  color: var(--on-leaf);
  font: 600 1rem / 1.3 var(--sans);
  text-decoration: none;
  cursor: pointer;
}

.button:hover {
  filter: brightness(1.12);
}

.button.quiet {
  background: none;
  color: var(--leaf);
}

.link {
  padding: 0;
  border: 0;
  background: none;
  color: inherit;
  font: inherit;
  text-decoration: underline;
  text-underline-offset: 0.2em;
  cursor: pointer;
}

.actions {
  display: flex;
  flex-wrap: wrap;
  align-items: center;
  gap: 0.8rem 1.6rem;
  margin: 2rem 0 0.8rem;
}

.notice,
.hint,
.fallback {
  padding: 0.9rem 1.2rem;
  border: 1px solid var(--line);
  border-radius: 14px;
  background: var(--card);
}

.hint {
  font-size: 0.93rem;
}

.notice.warn {
  border-color: color-mix(in srgb, var(--clay) 40%, transparent);
  background: var(--wash);
}

.narrow {
  max-width: 660px;
  margin-inline: auto;
}

@media (max-width: 520px) {
  .top {
    gap: 0.7rem;
  }

  .brand {
    gap: 0.35rem;
    font-size: 1.15rem;
  }

  nav .me {
    min-width: 0;
    padding-inline: 0.85rem;
  }

  .plants-link {
    display: none;
  }
}

@media (prefers-reduced-motion: reduce) {
  html {
    scroll-behavior: auto;
  }
}
`;
