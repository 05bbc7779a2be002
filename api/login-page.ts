/**
 * The page at /login: its button sends the secret of the link, which stands behind the # and so in no log and no preview, and goes on to the dashboard.
 */
import { createHash } from 'node:crypto'

const STYLE = `:root{color-scheme:light dark}body{font:16px/1.5 system-ui,sans-serif;max-width:24rem;margin:20vh auto 0;padding:0 1rem;text-align:center}
button{font:inherit;padding:.6rem 1.6rem;border-radius:8px;border:1px solid #8886;background:#2f7d5b;color:#fff;cursor:pointer}button:disabled{opacity:.5}`
const SCRIPT = `
const token=location.hash.slice(1),go=document.getElementById('go'),text=document.getElementById('text')
history.replaceState(null,'',location.pathname)
if(!token){text.textContent='This page needs a link: /web in the chat, or ballast web at the terminal.';go.hidden=true}
go.onclick=async()=>{go.disabled=true
try{const r=await fetch('/api/v1/session',{method:'POST',headers:{'content-type':'application/json'},body:JSON.stringify({token})});const b=await r.json()
text.textContent=r.ok?'Logged in as '+b.name+' ('+b.role+') until '+new Date(b.expiresAt).toLocaleString()+'.':b.detail+(b.hint?' '+b.hint+'.':'');go.hidden=true;if(r.ok)location.replace('/')}
catch{text.textContent='Ballast does not answer. Try again.';go.disabled=false}}
`
export const LOGIN_PAGE = `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1"><title>Ballast: log in</title>
<style>${STYLE}</style></head><body>
<h1>Ballast</h1><p id="text">This link logs this browser in, once.</p><button id="go">Log in</button>
<script>${SCRIPT}</script></body></html>`

const hashOf = (text: string): string => `'sha256-${createHash('sha256').update(text).digest('base64')}'`
/** This style and this script, and no other. */
export const LOGIN_POLICY = `default-src 'none'; style-src ${hashOf(STYLE)}; script-src ${hashOf(SCRIPT)}; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`
