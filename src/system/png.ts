/**
 * A picture as PNG, drawn with a font of its own: a server may have none.
 */
import { createRequire } from 'node:module'

let font: string | undefined

export async function pngOf(svg: string): Promise<Buffer> {
  const { Resvg } = await import('@resvg/resvg-js')
  // resvg draws no text without a TrueType font.
  font ??= createRequire(import.meta.url).resolve('dejavu-fonts-ttf/ttf/DejaVuSans.ttf')
  return new Resvg(svg, { font: { fontFiles: [font], loadSystemFonts: false, defaultFontFamily: 'DejaVu Sans' } }).render().asPng()
}
