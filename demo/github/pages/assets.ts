/** The one style sheet and the one picture of the stand-in's pages. */
export const styleSheet = `
:root { color-scheme: light dark; --text: light-dark(#1f2328, #e6edf3); --quiet: light-dark(#59636e, #9198a1); --back: light-dark(#fff, #0d1117);
  --panel: light-dark(#f6f8fa, #151b23); --line: light-dark(#d1d9e0, #3d444d); --link: light-dark(#0550ae, #6cb0ff);
  --green: light-dark(#1a7f37, #3fb950); --red: light-dark(#c0222d, #ff7b72); --amber: light-dark(#8a5a00, #d9a32b); --violet: light-dark(#7341c9, #b58cf7);
  --added: light-dark(#dafbe1, #12311d); --removed: light-dark(#ffebe9, #3c1618); --hunk: light-dark(#ddf4ff, #121d2f); }
* { box-sizing: border-box; }
body { margin: 0; color: var(--text); background: var(--back); font: 14px/1.5 system-ui, sans-serif; }
a { color: var(--link); text-decoration: none; } a:hover, p a, .head a, .actions a, .content a { text-decoration: underline; }
:focus-visible { outline: 2px solid var(--link); outline-offset: 2px; }
.banner { padding: 4px 16px; text-align: center; color: #fff; background: #5b3a9e; font-size: 13px; }
header, main, footer { max-width: 1080px; margin: 0 auto; padding: 12px 16px; }
header { display: flex; flex-wrap: wrap; gap: 8px 24px; justify-content: space-between; border-bottom: 1px solid var(--line); }
.tab { margin-left: 12px; } .quiet { color: var(--quiet); font-weight: normal; }
h1 { font-size: 22px; margin: 12px 0 4px; overflow-wrap: anywhere; } h2 { font-size: 16px; margin: 24px 0 8px; }
ul.list { list-style: none; margin: 0; padding: 0; border: 1px solid var(--line); border-radius: 6px; }
ul.list > li { padding: 8px 12px; border-top: 1px solid var(--line); overflow-wrap: anywhere; } ul.list > li:first-child { border-top: 0; }
.state { display: inline-block; padding: 2px 10px; border-radius: 12px; color: #fff; font-weight: 600; }
.state.open { background: #1a7f37; } .state.merged { background: #7341c9; } .state.closed { background: #b3202b; }
.check { font-weight: 600; white-space: nowrap; } .check.success { color: var(--green); } .check.failure { color: var(--red); } .check.pending { color: var(--amber); } .check.neutral { color: var(--quiet); }
.panel { border: 1px solid var(--line); border-radius: 6px; margin: 12px 0; }
.panel > .head { padding: 8px 12px; background: var(--panel); border-bottom: 1px solid var(--line); border-radius: 6px 6px 0 0; overflow-wrap: anywhere; }
.panel > .content { padding: 4px 12px; overflow-x: auto; overflow-wrap: anywhere; }
pre, code { font: 12px/1.5 ui-monospace, monospace; } code { background: var(--panel); padding: 1px 4px; border-radius: 4px; }
pre { margin: 8px 0; padding: 8px 12px; overflow-x: auto; background: var(--panel); border-radius: 6px; } pre code { padding: 0; }
table { border-collapse: collapse; } .content table { margin: 8px 0; } .content th, .content td { border: 1px solid var(--line); padding: 4px 10px; text-align: left; }
.diff { width: 100%; font: 12px/1.5 ui-monospace, monospace; white-space: pre; tab-size: 4; }
.diff td { padding: 0 10px; } .diff .number { width: 1%; text-align: right; color: var(--quiet); user-select: none; }
.diff .added { background: var(--added); } .diff .removed { background: var(--removed); } .diff .hunk { background: var(--hunk); }
pre.diff code { background: none; } pre.diff span { display: inline-block; min-width: 100%; }
.plus { color: var(--green); } .minus { color: var(--red); }
button, .button { font: inherit; padding: 6px 14px; color: var(--text); background: var(--panel); border: 1px solid var(--line); border-radius: 6px; cursor: pointer; }
button.primary { color: #fff; background: #1a7f37; border-color: #1a7f37; font-weight: 600; } button:disabled { opacity: .6; cursor: not-allowed; }
.actions { display: flex; flex-wrap: wrap; gap: 8px; align-items: center; padding: 12px; } form { display: inline; margin: 0; }
form.people { display: grid; gap: 8px; max-width: 360px; } form.people button { text-align: left; } form.people .primary .quiet { color: #e6ffec; }
.label { padding: 1px 8px; border: 1px solid var(--line); border-radius: 10px; font-size: 12px; }
.scroll { overflow-x: auto; }
`

export const avatar = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32"><rect width="32" height="32" rx="6" fill="#5b3a9e"/><circle cx="10" cy="8" r="3" fill="#fff"/><circle cx="10" cy="24" r="3" fill="#fff"/><circle cx="22" cy="14" r="3" fill="#fff"/><path d="M10 11v10M22 17c0 4-6 4-9 6" stroke="#fff" stroke-width="2" fill="none"/></svg>`
