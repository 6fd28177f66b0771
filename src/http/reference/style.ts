/** How the pages look: light and dark, narrow and wide, on paper. */
export const style = `
:root {
  color-scheme: light dark;
  --text: light-dark(#1c2430, #dfe4ec);
  --quiet: light-dark(#586474, #99a4b5);
  --line: light-dark(#e1e5eb, #2c333e);
  --page: light-dark(#ffffff, #12161c);
  --raised: light-dark(#f5f7fa, #1a2029);
  --link: light-dark(#0b5cad, #77b7ff);
  --get: light-dark(#0b6b3a, #6fd39b);
  --post: light-dark(#0b5cad, #77b7ff);
  --put: light-dark(#8a5300, #f0b35b);
  --delete: light-dark(#a8201f, #ff9189);
  font: 16px/1.55 system-ui, sans-serif;
}
* { box-sizing: border-box; }
html { scroll-padding-top: 1rem; }
body { margin: 0; color: var(--text); background: var(--page); }
a { color: var(--link); text-underline-offset: .15em; }
a:focus-visible, summary:focus-visible, pre:focus-visible { outline: 2px solid var(--link); outline-offset: 2px; border-radius: 3px; }
code, pre { font: .875em/1.5 ui-monospace, SFMono-Regular, Menlo, Consolas, monospace; }
pre { margin: .5rem 0 1rem; padding: .75rem 1rem; overflow-x: auto; background: var(--raised); border: 1px solid var(--line); border-radius: 6px; }
:not(pre) > code { overflow-wrap: anywhere; }
h1 { font-size: 1.9rem; line-height: 1.2; margin: 0 0 .5rem; }
h2 { font-size: 1.5rem; line-height: 1.25; margin: 3.5rem 0 .25rem; padding-top: 1rem; border-top: 3px solid var(--line); }
h3 { font-size: 1.15rem; margin: 0 0 .25rem; }
h4 { font-size: .8rem; letter-spacing: .05em; text-transform: uppercase; color: var(--quiet); margin: 1.25rem 0 .25rem; }
p { margin: .5rem 0; max-width: 46rem; }
small { font-size: .875rem; color: var(--quiet); }
i { font-style: normal; font-size: .8rem; color: var(--quiet); white-space: nowrap; }
table { border-collapse: collapse; width: 100%; font-size: .9375rem; }
th, td { text-align: left; vertical-align: top; font-weight: normal; padding: .4rem 1rem .4rem 0; border-top: 1px solid var(--line); }
tr:first-child > * { border-top: 0; }
.fields th { width: 15rem; overflow-wrap: anywhere; }
.statuses > tbody > tr > th { width: 4rem; font-variant-numeric: tabular-nums; }
.statuses a { margin-right: .9rem; text-decoration: none; }
.statuses a:hover { text-decoration: underline; }
.skip { position: absolute; left: -99rem; }
.skip:focus { left: 1rem; top: 1rem; padding: .5rem 1rem; background: var(--page); z-index: 1; }
main { padding: 2rem 1.25rem 6rem; max-width: 62rem; margin: 0 auto; }
.lead { font-size: 1.1rem; color: var(--quiet); }
.route { display: flex; flex-wrap: wrap; gap: .15rem .6rem; align-items: baseline; margin: 0 0 .5rem; }
.method { font: 700 .75rem/1 ui-monospace, SFMono-Regular, Menlo, Consolas, monospace; }
.GET { color: var(--get); } .POST { color: var(--post); } .PUT, .PATCH { color: var(--put); } .DELETE { color: var(--delete); }
article { padding: 1.5rem 0 2rem; border-top: 1px solid var(--line); }
article:target h3, tr:target th { text-decoration: underline; text-decoration-thickness: 3px; text-decoration-color: var(--put); text-underline-offset: .3em; }
h3 a, h2 a { color: inherit; text-decoration: none; }
h3 a:hover, h2 a:hover { text-decoration: underline; }
details > summary { cursor: pointer; color: var(--link); font-size: .9375rem; padding: .25rem 0; }
nav { padding: .75rem 1.25rem; background: var(--raised); border-bottom: 1px solid var(--line); font-size: .9375rem; }
nav ul, .index { list-style: none; margin: 0; padding: 0; }
nav a, .index a { text-decoration: none; }
nav a:hover, .index a:hover { text-decoration: underline; }
nav > ul { display: flex; flex-wrap: wrap; gap: .25rem 1.25rem; }
nav ul ul { display: none; }
.index { margin: 1rem 0; font-size: .9375rem; }
.index a, nav ul ul a { display: flex; gap: .6rem; align-items: baseline; padding: .2rem 0; }
.index .method, nav .method { flex: 0 0 3.2rem; font-size: .625rem; }
@media (min-width: 64rem) {
  .sided { display: grid; grid-template-columns: 18rem minmax(0, 1fr); }
  .sided > nav { position: sticky; top: 0; height: 100vh; overflow-y: auto; border-bottom: 0; border-right: 1px solid var(--line); }
  .sided > main { padding: 2.5rem 3rem 8rem; margin: 0; }
  .sided > nav > ul { display: block; }
  .sided > nav > ul > li { margin-bottom: 1.1rem; }
  .sided > nav > ul > li > a { display: block; font-weight: 600; color: var(--text); padding-bottom: .15rem; }
  .sided > nav ul ul { display: block; }
  .sided .index { display: none; }
}
@media (max-width: 40rem) {
  .fields th, .fields td { display: block; width: auto; padding-right: 0; }
  .fields td { border-top: 0; padding-top: 0; }
  .fields tr:first-child th { border-top: 0; }
  h2 { margin-top: 2.5rem; }
}
@media print {
  nav, .skip { display: none; }
  .sided { display: block; }
  pre { white-space: pre-wrap; }
  article { break-inside: avoid-page; }
  a { color: inherit; }
}
`
