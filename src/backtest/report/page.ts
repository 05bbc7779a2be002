/**
 * The frame of the report: its style for light and dark, its one script, and the rule that nothing is loaded.
 */
import { escapeHtml } from '../../charts/markup.ts'
import { scriptJson } from './html.ts'

const STYLE = `
:root{color-scheme:light dark;--bg:#fbfbfa;--card:#fff;--text:#1d2126;--dim:#5d666f;--line:#dfe3e6;--main:#2457c5;--good:#157a4a;--bad:#bf3030;--warn:#8a5a00;--warnbg:#fff6e0}
@media(prefers-color-scheme:dark){:root{--bg:#14171a;--card:#1c2024;--text:#e7eaed;--dim:#9aa4ad;--line:#31383f;--main:#7aa5ff;--good:#4cc38a;--bad:#ff7b72;--warn:#f2c14e;--warnbg:#2b2514}}
*{box-sizing:border-box}
body{margin:0 auto;max-width:1120px;padding:20px 16px 48px;background:var(--bg);color:var(--text);font:15px/1.5 system-ui,-apple-system,"Segoe UI",Roboto,"DejaVu Sans",sans-serif}
h1{font-size:1.5rem;margin:0 0 2px}h2{font-size:1.05rem;margin:28px 0 10px}
.sub{color:var(--dim);margin:0 0 16px;overflow-wrap:anywhere}
.verdict{border:1px solid var(--warn);border-left-width:6px;background:var(--warnbg);border-radius:8px;padding:12px 16px}
.verdict h2{margin:0 0 6px;color:var(--warn)}.verdict ul{margin:0;padding-left:1.2em}
.tiles{display:grid;grid-template-columns:repeat(auto-fit,minmax(118px,1fr));gap:10px;margin:16px 0}
.tile,figure,.card{background:var(--card);border:1px solid var(--line);border-radius:8px;padding:10px 14px;margin:0}
.tile{padding:10px 12px}.tile span{display:block;color:var(--dim);font-size:.82rem;white-space:nowrap}.sortable th,.sortable td{padding:5px 8px}.sortable{font-size:.82rem}.tile b{font-size:1.2rem;font-variant-numeric:tabular-nums;white-space:nowrap}
.good{color:var(--good)}.bad{color:var(--bad)}
.two{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(100%,430px),1fr));gap:12px}
figure{min-width:0}.wide{margin-bottom:12px}
figcaption{font-weight:600;margin-bottom:8px;display:flex;flex-wrap:wrap;gap:4px 14px;justify-content:space-between}
.legend{display:flex;gap:12px;font-weight:400;font-size:.85rem}.key::before{content:"";display:inline-block;width:12px;height:3px;margin-right:5px;vertical-align:middle;background:currentColor}
.key{color:var(--dim)}.key.main{color:var(--main)}.key.quiet{color:var(--dim)}.key.good{color:var(--good)}.key.bad{color:var(--bad)}
.plot{display:grid;grid-template-columns:auto minmax(0,1fr);grid-template-rows:minmax(0,1fr) auto;column-gap:8px;height:220px}.wide .plot{height:260px}.plot svg{grid-column:2;width:100%;height:100%;overflow:visible}
.y{display:flex;flex-direction:column;justify-content:space-between;text-align:right;color:var(--dim);font-size:.75rem;font-variant-numeric:tabular-nums;white-space:nowrap}
.x{grid-column:2;display:flex;justify-content:space-between;color:var(--dim);font-size:.75rem;margin-top:4px}
.steps{grid-column:2;display:flex;text-align:center;font-size:.8rem;color:var(--dim)}.steps span{flex:1;min-width:0}.steps b{display:block;color:var(--text);font-variant-numeric:tabular-nums;overflow-wrap:anywhere}
.note{color:var(--dim);font-size:.82rem;margin:6px 0 0}
svg .line{fill:none;stroke:var(--main);stroke-width:1.6;vector-effect:non-scaling-stroke;stroke-linejoin:round}
svg .quiet{stroke:var(--dim);stroke-width:1.2}svg .line.bad{stroke:var(--bad)}
svg .area{stroke:none;fill:var(--main);opacity:.13}svg .area.bad{fill:var(--bad);opacity:.22}
svg .grid{stroke:var(--line);fill:none;vector-effect:non-scaling-stroke}svg .zero{stroke:var(--dim);stroke-dasharray:3 3;fill:none;vector-effect:non-scaling-stroke}
svg rect.good{fill:var(--good)}svg rect.bad{fill:var(--bad)}
svg .dots{fill:none;stroke-width:5;stroke-linecap:round;vector-effect:non-scaling-stroke;opacity:.6}svg .dots.good{stroke:var(--good)}svg .dots.bad{stroke:var(--bad)}
.scroll{overflow-x:auto;background:var(--card);border:1px solid var(--line);border-radius:8px}
table{border-collapse:collapse;width:100%;font-size:.86rem;font-variant-numeric:tabular-nums}
th,td{padding:5px 10px;text-align:right;white-space:nowrap;border-bottom:1px solid var(--line)}th{color:var(--dim);font-weight:600;text-align:right}
tr:last-child td{border-bottom:0}.l{text-align:left}td.f{color:var(--dim);white-space:normal;min-width:180px}
th button{all:unset;cursor:pointer;color:inherit}th button:focus-visible{outline:2px solid var(--main)}th[aria-sort=ascending] button::after{content:" ▲"}th[aria-sort=descending] button::after{content:" ▼"}
dl{display:grid;grid-template-columns:max-content 1fr;gap:3px 14px;margin:0}dt{color:var(--dim)}dd{margin:0;overflow-wrap:anywhere}
.heat td,.heat th{text-align:center;padding:5px 4px}
footer{color:var(--dim);font-size:.82rem;margin-top:28px}
@media(max-width:480px){body{padding:16px 12px 40px}th,td{padding:5px 6px}.steps{font-size:.68rem;letter-spacing:-.02em}td.f{min-width:120px}dl{grid-template-columns:1fr}dt{margin-top:4px}.plot{height:160px}.wide .plot{height:190px}}
@media print{body{max-width:none}.scroll{overflow:visible}}
`

/** Sorts the table of trades by the column that is pressed; numbers by their value, which is in data-v. */
const SCRIPT = `
for(const table of document.querySelectorAll('table.sortable')){
  const heads=[...table.tHead.rows[0].cells],body=table.tBodies[0];
  heads.forEach((head,at)=>head.firstElementChild.addEventListener('click',()=>{
    const down=head.getAttribute('aria-sort')==='ascending';
    for(const other of heads)other.removeAttribute('aria-sort');
    head.setAttribute('aria-sort',down?'descending':'ascending');
    const value=row=>{const cell=row.cells[at];return 'v' in cell.dataset?Number(cell.dataset.v):cell.textContent};
    const rows=[...body.rows].sort((a,b)=>{const x=value(a),y=value(b);return x<y?-1:x>y?1:0});
    body.append(...(down?rows.reverse():rows));
  }));
}
`

export const page = (title: string, body: string, data: unknown): string => `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'">
<title>${escapeHtml(title)}</title>
<style>${STYLE}</style>
</head>
<body>
${body}
<script type="application/json" id="report-data">${scriptJson(data)}</script>
<script>${SCRIPT}</script>
</body>
</html>
`
