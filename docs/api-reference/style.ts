import { TOKENS } from '@countersign/ui/read-tokens';

/** The reference's stylesheet: the colours of the service, both schemes, from a phone to a wide screen. */
export const REFERENCE_STYLE = `${TOKENS}
:root { color-scheme: light dark; --wash: var(--light, #f6f7fa) var(--dark, #1b1e25); --code: var(--light, #f6f7fa) var(--dark, #0e1014);
  --string: var(--light, #17753a) var(--dark, #7fd79b); --number: var(--light, #8a4b00) var(--dark, #f2b36b); --word: var(--light, #7a2e9e) var(--dark, #d7a6f5);
  --get: var(--light, #0a6a74) var(--dark, #6fd6e0); --post: var(--light, #17753a) var(--dark, #7fd79b); --patch: var(--light, #8a4b00) var(--dark, #f2b36b); --delete: var(--error) }
@media (prefers-color-scheme: dark) { :root { --light: ; --dark: initial } }
* { box-sizing: border-box }
html { scroll-padding-top: 4.5rem; -webkit-text-size-adjust: 100% }
body { margin: 0; font: 16px/1.6 var(--font); color: var(--text); background: var(--card) }
a { color: var(--accent); text-underline-offset: .2em } a:not(:hover) { text-decoration-thickness: 1px }
:focus-visible { outline: 2px solid var(--accent); outline-offset: 2px; border-radius: 3px }
main:focus { outline: none }
code, pre, kbd { font-family: ui-monospace, SFMono-Regular, Menlo, Consolas, monospace; font-size: .875em }
:not(pre) > code { background: var(--wash); padding: .12em .35em; border-radius: 4px; overflow-wrap: anywhere }
[hidden] { display: none !important }
.skip { position: absolute; left: -99rem } .skip:focus { left: 1rem; top: 1rem; z-index: 9; background: var(--card); padding: .5rem 1rem }
.bar { position: sticky; top: 0; z-index: 2; display: flex; align-items: center; justify-content: space-between; gap: 1rem; height: 3.5rem; padding: 0 clamp(1rem, 3vw, 2rem); background: var(--card); border-bottom: 1px solid var(--line) }
.brand { font-weight: 650; letter-spacing: -.01em; color: var(--text); text-decoration: none }
button { font: inherit; font-size: .875rem; color: var(--text); background: var(--card); border: 1px solid var(--edge); border-radius: 8px; padding: .35rem .8rem; min-height: 2.25rem; cursor: pointer } button:hover { background: var(--wash) }
#side { margin: 0; inset: 3.5rem 0 0 auto; width: min(22rem, 100vw); height: calc(100dvh - 3.5rem); max-height: none; overflow-y: auto; overscroll-behavior: contain; border: 0; border-left: 1px solid var(--line); padding: 1.25rem 1rem 3rem; color: inherit; background: var(--card) }
#side::backdrop { background: rgb(0 0 0 / .35) }
search { display: block; position: relative; margin: 0 0 .5rem } search label { position: absolute; clip-path: inset(50%) }
search input { width: 100%; font: inherit; font-size: .9375rem; color: inherit; background: var(--card); border: 1px solid var(--edge); border-radius: 8px; padding: .45rem 2.2rem .45rem .75rem }
search input::placeholder { color: var(--muted); opacity: 1 }
search kbd { position: absolute; right: .6rem; top: 50%; translate: 0 -50%; font-size: .75rem; color: var(--muted); border: 1px solid var(--line); border-radius: 4px; padding: 0 .4em; pointer-events: none } search input:focus + kbd { display: none }
#found { margin: 0 0 .25rem; font-size: .8125rem; color: var(--muted); min-height: 1.3em }
#list ul { list-style: none; margin: 0; padding: 0 }
#list summary { padding: .55rem .5rem; font-size: .8125rem; font-weight: 650; cursor: pointer; border-radius: 6px; color: var(--muted) } #list summary:hover { color: var(--text) } #list details[open] > summary { color: var(--text) }
#list a { display: flex; gap: .5rem; align-items: baseline; padding: .35rem .5rem; border-radius: 6px; font-size: .9rem; line-height: 1.35; color: var(--text); text-decoration: none } #list a:hover { background: var(--wash) }
#list [aria-current] { background: var(--wash); font-weight: 600; box-shadow: inset 2px 0 var(--accent) }
.method { font: 650 .6875rem/1.4 ui-monospace, SFMono-Regular, Menlo, monospace; letter-spacing: .02em; color: var(--get) } #list .method { flex: 0 0 3rem }
.method.post { color: var(--post) } .method.patch { color: var(--patch) } .method.delete { color: var(--delete) }
main { min-width: 0; padding: 0 clamp(1rem, 3vw, 3rem) 4rem }
.tag { margin: 2.25rem 0 .25rem; font-size: .875rem; font-weight: 600; color: var(--accent) }
h1 { font-size: clamp(1.6rem, 4vw, 2.1rem); line-height: 1.2; letter-spacing: -.022em; margin: 0 0 .75rem; text-wrap: balance } h1:first-child { margin-top: 2.5rem }
h2 { font-size: 1.125rem; letter-spacing: -.01em; margin: 2.25rem 0 .5rem } h2 small { font-weight: 400; font-size: .875rem; color: var(--muted); margin-left: .35rem } h3 { margin: 1.5rem 0 .25rem; font-size: .9375rem }
.text p { max-width: 42rem } .lead { color: var(--muted); font-size: 1.0313rem }
.line { display: flex; gap: .6rem; align-items: baseline; flex-wrap: wrap } .line .method { font-size: .8125rem; border: 1px solid currentColor; border-radius: 5px; padding: .1em .5em }
.note { font-size: .9375rem; padding: .6rem .9rem; border-left: 3px solid var(--accent); background: var(--wash); border-radius: 0 8px 8px 0 }
.meta { font-size: .8125rem; color: var(--muted); margin: .35rem 0 0 }
.fields { margin: .25rem 0 0 } .fields > div { padding: .8rem 0; border-top: 1px solid var(--line) } .fields > div:first-child { border-top: 0 } .fields dd { margin: 0; font-size: .9375rem } .fields dd p { margin: .2rem 0 0 }
.fields .name { font-weight: 600; background: none; padding: 0 } .type { font-size: .8125rem; color: var(--muted); margin-left: .35rem } .needed { font-size: .75rem; font-weight: 600; color: var(--error); margin-left: .35rem }
.fields details { margin-top: .4rem } .fields details .fields { padding-left: 1rem; border-left: 2px solid var(--line) }
summary { cursor: pointer; font-size: .875rem } .text summary, .code summary { color: var(--accent); width: fit-content }
.codes :target { background: var(--wash) }
.code section { margin-top: 1.5rem } .code h2 { font-size: .9375rem; margin: 0 0 .5rem } .code details { margin-top: .6rem }
.block { position: relative } .block .copy { position: absolute; top: .5rem; right: .5rem; min-height: 0; padding: .1rem .55rem; font-size: .75rem }
pre { margin: 0; padding: .9rem 1rem; overflow-x: auto; background: var(--code); border: 1px solid var(--line); border-radius: var(--radius); line-height: 1.55; tab-size: 2; max-height: 34rem } pre i { font-style: normal } pre .s { color: var(--string) } pre .n { color: var(--number) } pre .w { color: var(--word) } pre .k { color: var(--accent) }
.languages { display: flex; flex-wrap: wrap; gap: .25rem; margin: 0 0 .5rem; padding: 0; border: 0 } .languages legend, .languages input { position: absolute; clip-path: inset(50%) }
.languages label { font-size: .8125rem; padding: .3rem .65rem; border-radius: 7px; cursor: pointer; color: var(--muted) } .languages label:hover { background: var(--wash) } .languages label:has(:checked) { color: var(--on-accent); background: var(--accent) } .languages label:has(:focus-visible) { outline: 2px solid var(--accent); outline-offset: 2px }
.snippet { display: none } ${['curl', 'typescript', 'python', 'php', 'java'].map((name) => `.code:has([value=${name}]:checked) [data-language=${name}]`).join(', ')} { display: block }
.next { display: flex; justify-content: space-between; gap: 1rem; margin-top: 3.5rem; padding-top: 1.25rem; border-top: 1px solid var(--line) } .next a { display: block; max-width: 48%; text-decoration: none; font-weight: 600 } .next small { display: block; font-weight: 400; color: var(--muted) } .next [rel=next] { text-align: right }
.plain .text { max-width: 48rem }
@media (min-width: 60rem) {
  .bar button { display: none }
  .frame { display: grid; grid-template-columns: 18rem minmax(0, 1fr) }
  #side { display: block; position: sticky; inset: 3.5rem auto auto; width: auto; border: 0; border-right: 1px solid var(--line) }
}
@media (min-width: 84rem) {
  main { max-width: 104rem }
  article:not(.plain) { display: grid; grid-template-columns: minmax(0, 1fr) minmax(0, 34rem); gap: 3rem }
  .code { position: sticky; top: 3.5rem; max-height: calc(100dvh - 3.5rem); overflow-y: auto; padding: 1.25rem 2px 2rem; align-self: start }
}
`;
