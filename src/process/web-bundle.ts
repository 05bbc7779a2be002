/**
 * Reads the dashboard that `npm run build` has put beside the program. Undefined where it was not built.
 */
import { existsSync, readFileSync, readdirSync } from 'node:fs'
import { extname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { gzipSync } from 'node:zlib'
import type { WebFile, WebFiles } from '../../api/web-files.ts'

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.txt': 'text/plain; charset=utf-8',
}
/** Beside the bundle, or seen from the sources. */
const PLACES = ['./web/', '../../dist/web/']

export function readWebBundle(): WebFiles | undefined {
  const folder = PLACES.map((place) => fileURLToPath(new URL(place, import.meta.url))).find((each) => existsSync(join(each, 'page.html')))
  return folder === undefined ? undefined : readWebFolder(folder)
}

export function readWebFolder(folder: string): WebFiles {
  const read = (name: string): WebFile => {
    const body = new Uint8Array(readFileSync(join(folder, name)))
    return { type: TYPES[extname(name)] ?? 'application/octet-stream', body, gzipped: new Uint8Array(gzipSync(body)) }
  }
  const assets = readdirSync(join(folder, 'assets')).map((name): [string, WebFile] => [`/assets/${name}`, read(join('assets', name))])
  return new Map([['/', read('page.html')], ...assets])
}
