/**
 * The table of layers in docs/architecture.md, made from the rules that test/architecture.test.ts keeps.
 */
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { MAY_IMPORT, MAY_IMPORT_TYPES, LAYERS } from '../support/architecture.ts'
import { ROOT, textOf } from '../support/repository.ts'

const ARCHITECTURE = 'docs/architecture.md'
const BEGIN = '<!-- layers: made by npm run docs -->'
const END = '<!-- end of layers -->'

function layerTable(): string {
  const places = LAYERS.filter(([path]) => existsSync(join(ROOT, path)))
  const names = new Set(places.map(([, name]) => name))
  const listed = (layers: readonly (typeof LAYERS)[number][1][]): string => layers.filter((layer) => names.has(layer)).join(', ')
  const rows = [...names].map((name) => {
    const where = places.flatMap(([path, of]) => (of === name ? [`\`${path}\``] : [])).join(' ')
    return `| ${name} | ${where} | ${listed(MAY_IMPORT[name]) || 'nothing'} | ${listed(MAY_IMPORT_TYPES[name] ?? [])} |`
  })
  return ['| layer | where | may import | types only |', '|---|---|---|---|', ...rows].join('\n')
}

/** The page with its table made again. */
export function architecturePage(): string {
  const text = textOf(ARCHITECTURE)
  const [begin, end] = [text.indexOf(BEGIN), text.indexOf(END)]
  if (begin === -1 || end < begin) throw new Error(`${ARCHITECTURE} has lost the marks of its table: ${BEGIN} and ${END}`)
  return `${text.slice(0, begin)}${BEGIN}\n${layerTable()}\n${text.slice(end)}`
}
