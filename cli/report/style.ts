/** What `timelineOf` draws with; the page that shows it gives the colours. */
export const TIMELINE_STYLE = `svg.timeline { width: 100%; height: auto; font: 12px system-ui, sans-serif; }
svg text { fill: var(--ink); } svg text.tick, svg text.took { fill: var(--soft); }
svg rect.good { fill: var(--good); } svg rect.bad { fill: var(--paper); stroke: var(--bad); stroke-width: 2; stroke-dasharray: 4 2; }
svg line.state { stroke: var(--line); stroke-width: 2; } svg line.tick { stroke: var(--line); stroke-width: .5; } svg circle.mark { fill: var(--mark); stroke: var(--paper); stroke-width: 1.5; }
`;

/** One style sheet, on screen and on paper; no font or picture from elsewhere. */
export const STYLE = `
:root { color-scheme: light dark; --ink: #1a1a1a; --paper: #fff; --soft: #666; --line: #bbb; --good: #2b6cb0; --bad: #b83232; --mark: #1a1a1a; }
@media (prefers-color-scheme: dark) { :root { --ink: #e8e8e8; --paper: #161616; --soft: #a8a8a8; --line: #555; --good: #6aa9e9; --bad: #f08080; --mark: #fff; } }
body { font: 15px/1.5 system-ui, sans-serif; color: var(--ink); background: var(--paper); margin: 2rem auto; max-width: 62rem; padding: 0 1rem; overflow-wrap: anywhere; }
h1 { font-size: 1.5rem; } h2 { font-size: 1.2rem; margin-top: 2.2rem; border-bottom: 1px solid var(--line); } h3 { font-size: 1rem; margin: 1.6rem 0 .4rem; }
.wide { overflow-x: auto; }
table { border-collapse: collapse; width: 100%; font-size: .87rem; }
th, td { text-align: left; vertical-align: top; padding: .25rem .6rem .25rem 0; border-bottom: 1px solid var(--line); overflow-wrap: anywhere; }
th { color: var(--soft); font-weight: 600; overflow-wrap: normal; min-width: 3.4rem; }
dl { display: grid; grid-template-columns: max-content 1fr; gap: .15rem 1rem; margin: .5rem 0; } dt { color: var(--soft); } dd { margin: 0; overflow-wrap: anywhere; }
pre { font: .78rem/1.4 ui-monospace, monospace; white-space: pre-wrap; overflow-wrap: anywhere; border-left: 3px solid var(--line); padding-left: .8rem; }
.bad { color: var(--bad); font-weight: 600; } .soft { color: var(--soft); }
${TIMELINE_STYLE}summary { cursor: pointer; }
@media screen { section { content-visibility: auto; contain-intrinsic-size: auto 60rem; } }
@media (max-width: 40rem) { dl { grid-template-columns: minmax(0, 1fr); } dd { margin-bottom: .4rem; } }
@media print { body { margin: 0; max-width: none; font-size: 10pt; } h3, table, svg { break-inside: avoid-page; } a { color: inherit; text-decoration: none; } @page { margin: 15mm; } }
`;
