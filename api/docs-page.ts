/**
 * The page at /docs: renders /openapi.json by itself, without anything from another host.
 */
export const DOCS_PAGE = `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1"><title>Ballast API</title>
<style>
:root{color-scheme:light dark;--line:#8884;--soft:#8881;--get:#2f7d5b;--post:#b3541e;--delete:#a8323e}
body{font:15px/1.5 system-ui,sans-serif;margin:0 auto;max-width:60rem;padding:1.5rem 1rem 4rem}
h1{font-size:1.5rem;margin:0}h2{font-size:1rem;margin:2rem 0 .5rem;text-transform:capitalize;opacity:.7}
p{margin:.4rem 0 1rem}input{font:inherit;padding:.4rem .6rem;width:min(28rem,100%);border:1px solid var(--line);border-radius:6px;background:transparent;color:inherit}
details{border:1px solid var(--line);border-radius:8px;margin:.4rem 0}summary{cursor:pointer;padding:.5rem .8rem;display:flex;gap:.8rem;align-items:baseline;flex-wrap:wrap}
details>div{padding:.2rem .8rem .8rem;border-top:1px solid var(--line)}
.m{font:600 .75rem ui-monospace,monospace;color:#fff;border-radius:4px;padding:.1rem .45rem;min-width:3.2rem;text-align:center;background:#666}
.get{background:var(--get)}.post{background:var(--post)}.delete{background:var(--delete)}
code,pre{font:13px/1.45 ui-monospace,monospace}pre{background:var(--soft);padding:.6rem .8rem;border-radius:6px;overflow:auto;max-height:24rem}
table{border-collapse:collapse;width:100%}td,th{text-align:left;padding:.2rem .6rem .2rem 0;vertical-align:top;border-bottom:1px solid var(--line)}
.s{opacity:.75;flex:1}button{font:inherit;padding:.3rem .8rem;border-radius:6px;border:1px solid var(--line);background:transparent;color:inherit;cursor:pointer}
</style></head><body>
<h1>Ballast API</h1><p>Bearer keys; the first one is in <code>admin.key</code> in the data directory. Machine-readable: <a href="/openapi.json">/openapi.json</a>. WebSocket: <code>/api/v1/ws</code>.</p>
<label>Key to try GET requests with<br><input id="key" type="password" autocomplete="off" placeholder="tk_…"></label>
<main id="main">Loading…</main>
<script>
const el=(tag,props={},...kids)=>{const e=Object.assign(document.createElement(tag),props);e.append(...kids);return e}
const resolve=(doc,s,depth=0)=>{if(!s||depth>6)return {};if(s.$ref)return resolve(doc,s.$ref.split('/').slice(1).reduce((o,k)=>o[k],doc),depth+1);return s}
const sample=(doc,s,depth=0)=>{s=resolve(doc,s);if(depth>5)return '…';if(s.example!==undefined)return s.example;if(s.enum)return s.enum.join(' | ');if(s.const!==undefined)return s.const;const any=s.anyOf||s.oneOf;if(any)return sample(doc,any[0],depth+1);const t=Array.isArray(s.type)?s.type[0]:s.type;if(t==='array')return [sample(doc,s.items,depth+1)];if(t==='object'||s.properties){const o={};for(const k in s.properties||{})o[k]=sample(doc,s.properties[k],depth+1);return o}if(t==='integer'||t==='number')return 0;if(t==='boolean')return true;return s.format||t||'…'}
fetch('/openapi.json').then(r=>r.json()).then(doc=>{const main=document.getElementById('main');main.textContent='';const groups={};
for(const path in doc.paths)for(const method in doc.paths[path]){const op=doc.paths[path][method];(groups[(op.tags||['other'])[0]]??=[]).push({path,method,op})}
for(const g in groups){main.append(el('h2',{textContent:g}));for(const {path,method,op} of groups[g]){const body=el('div');
if(op.parameters?.length){const t=el('table');for(const p of op.parameters)t.append(el('tr',{},el('td',{},el('code',{textContent:p.name+(p.required?' *':'')})),el('td',{textContent:p.in}),el('td',{textContent:p.description||resolve(doc,p.schema).description||resolve(doc,p.schema).type||''})));body.append(t)}
const rb=op.requestBody?.content?.['application/json']?.schema;if(rb)body.append(el('p',{textContent:'Body'}),el('pre',{textContent:JSON.stringify(sample(doc,rb),null,2)}));
for(const code in op.responses||{}){const sc=op.responses[code].content?.['application/json']?.schema;body.append(el('p',{textContent:code+'  '+(op.responses[code].description||'')}));if(sc)body.append(el('pre',{textContent:JSON.stringify(sample(doc,sc),null,2)}))}
if(method==='get'&&!path.includes('{')){const out=el('pre',{hidden:true});const b=el('button',{textContent:'Try it',onclick:async()=>{out.hidden=false;out.textContent='…';const key=document.getElementById('key').value.trim();const r=await fetch(path,{headers:key?{authorization:'Bearer '+key}:{}});const text=await r.text();try{out.textContent=r.status+'\\n'+JSON.stringify(JSON.parse(text),null,2)}catch{out.textContent=r.status+'\\n'+text}}});body.append(b,out)}
main.append(el('details',{},el('summary',{},el('span',{className:'m '+method,textContent:method.toUpperCase()}),el('code',{textContent:path}),el('span',{className:'s',textContent:op.summary||''})),body))}}}).catch(e=>{document.getElementById('main').textContent='Could not load the API description: '+e})
</script></body></html>`
