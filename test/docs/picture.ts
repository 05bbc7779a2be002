/**
 * Draws what a terminal showed as docs/images/terminal.png, with its colors, for the README.
 * Beside a running Ballast: `script -qec 'npx ballast why 1' out.txt`, then `npm run docs:picture < out.txt`.
 */
import { readFileSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { Resvg } from '@resvg/resvg-js'
import { ROOT } from '../support/repository.ts'

const FONT_PX = 15
const CELL_PX = 9.03
const LINE_PX = 20
const PAD_PX = 22
const BAR_PX = 34
const INK = '#d7dce2'
const FADED = '#8a94a0'
/** Foregrounds by their code in the terminal. */
const COLORS: Readonly<Record<string, string>> = { '31': '#ff7b72', '32': '#5fd38d', '33': '#e3b341', '36': '#6cc7d9' }

const fonts = createRequire(import.meta.url)
const fontFiles = ['DejaVuSansMono.ttf', 'DejaVuSansMono-Bold.ttf'].map((name) => fonts.resolve(`dejavu-fonts-ttf/ttf/${name}`))
const escaped = (text: string): string => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')
/** What is written, a column each; emoji selectors take none. */
const columns = (text: string): number => [...text.replaceAll('\uFE0F', '')].length

// A style continues into the next line until it is reset.
let [fill, weight] = [INK, 'normal']

function lineSvg(line: string, y: number): string {
  let at = 0
  return line
    .replaceAll('\uFE0F', '')
    .split('\u001B[')
    .map((piece, k) => {
      const text = k === 0 ? piece : piece.slice(piece.indexOf('m') + 1)
      for (const code of k === 0 ? [] : piece.slice(0, piece.indexOf('m')).split(';')) {
        if (code === '0' || code === '') [fill, weight] = [INK, 'normal']
        else if (code === '1') weight = 'bold'
        else if (code === '2') fill = FADED
        else fill = COLORS[code] ?? fill
      }
      const x = PAD_PX + at * CELL_PX
      at += columns(text)
      return `<text x="${x}" y="${y}" fill="${fill}" font-weight="${weight}" xml:space="preserve">${escaped(text)}</text>`
    })
    .join('')
}

const lines = readFileSync(0, 'utf8')
  .split('\n')
  .map((line) => line.replace(/\r$/, ''))
while (lines.at(-1) === '') lines.pop()
const plainWidths = lines.map((line) =>
  columns(
    line
      .split('\u001B[')
      .map((piece, k) => (k === 0 ? piece : piece.slice(piece.indexOf('m') + 1)))
      .join(''),
  ),
)
const width = Math.ceil(Math.max(...plainWidths) * CELL_PX + 2 * PAD_PX)
const height = BAR_PX + lines.length * LINE_PX + PAD_PX
const dots = ['#ff5f57', '#febc2e', '#28c840'].map((fill, k) => `<circle cx="${20 + k * 18}" cy="17" r="5.5" fill="${fill}"/>`).join('')
const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" font-family="DejaVu Sans Mono" font-size="${FONT_PX}">
<rect width="${width}" height="${height}" rx="9" fill="#14181d"/>${dots}
${lines.map((line, k) => lineSvg(line, BAR_PX + (k + 1) * LINE_PX - 5)).join('\n')}
</svg>`
const png = new Resvg(svg, { font: { fontFiles, loadSystemFonts: false, defaultFontFamily: 'DejaVu Sans Mono' } }).render().asPng()
writeFileSync(join(ROOT, 'docs/images/terminal.png'), png)
process.stdout.write(`docs/images/terminal.png  ${width} x ${height}, ${Math.round(png.length / 1024)} kB\n`)
