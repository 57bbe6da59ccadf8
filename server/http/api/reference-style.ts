/** The reference page's stylesheet: system fonts, both colour schemes, readable from a phone to a wide screen. */
export const REFERENCE_STYLE = `
:root { color-scheme: light dark; --ink: #1b2430; --soft: #5b6675; --line: #dde3ea; --page: #fbfcfd; --accent: #0b5d51; --code: #eef2f5 }
@media (prefers-color-scheme: dark) { :root { --ink: #e7ecf2; --soft: #9aa7b6; --line: #2b3643; --page: #10161d; --accent: #6fd3c0; --code: #1a232d } }
* { box-sizing: border-box }
body { margin: 0; font: 16px/1.6 system-ui, sans-serif; color: var(--ink); background: var(--page) }
header, main { max-width: 62rem; margin: 0 auto; padding: 1.5rem clamp(1rem, 4vw, 2.5rem) }
h1 { font-size: 1.9rem; margin: 1rem 0 .5rem; letter-spacing: -.02em }
h1 small, small, .scope { font-size: .8rem; color: var(--soft); font-weight: 400 }
h2 { font-size: 1.25rem; margin: 0 0 .4rem } h3 { font-size: .95rem; margin: 1.2rem 0 .3rem; color: var(--soft) }
section { border-top: 1px solid var(--line); padding: 2rem 0 1rem }
nav { display: grid; grid-template-columns: repeat(auto-fill, minmax(16rem, 1fr)); gap: 1.2rem; margin-top: 1.5rem }
nav a { display: block; padding: .15rem 0 } nav strong { display: block }
a { color: var(--accent); text-decoration: none } a:hover { text-decoration: underline } a:focus-visible { outline: 2px solid var(--accent) }
code { font: .88em ui-monospace, monospace; background: var(--code); padding: .1em .35em; border-radius: .3em; overflow-wrap: anywhere }
.line { margin: 0 0 .6rem } .scope { border: 1px solid var(--line); border-radius: 1em; padding: .1em .7em; margin-left: .4em }
table { width: 100%; border-collapse: collapse; font-size: .92rem } td, th { text-align: left; vertical-align: top; padding: .4rem .6rem .4rem 0; border-bottom: 1px solid var(--line) }
td:first-child { width: 16rem } td:nth-child(2) { width: 14rem; color: var(--soft); overflow-wrap: anywhere }
@media (max-width: 40rem) { td:first-child, td:nth-child(2) { width: auto } table { display: block; overflow-x: auto } }
`;
