/**
 * The tables of parameters in docs/built-in-strategies.md, made from the schemas of the strategies.
 */
import { paramsOf } from '../../src/strategy/params.ts'
import { STRATEGIES } from '../../src/strategy/registry.ts'
import { textOf } from '../support/repository.ts'

export const BUILT_IN_PAGE = 'docs/built-in-strategies.md'
const TABLE = /<!-- parameters of ([a-z-]+): made by npm run docs -->\n[\s\S]*?<!-- end of parameters -->/g

/** The page with its tables made again. */
export function builtInPage(): string {
  const text = textOf(BUILT_IN_PAGE)
  if (!TABLE.test(text)) throw new Error(`${BUILT_IN_PAGE} has lost the marks of its tables`)
  return text.replace(TABLE, (_, name: string) => {
    const definition = STRATEGIES.get(name)
    if (definition === undefined) throw new Error(`${BUILT_IN_PAGE} has parameters of ${name}, which is no strategy`)
    const rows = paramsOf(definition).map((p) => `| \`${p.name}\` | ${String(p.default)} | ${p.range} | ${p.description} |`)
    const table = ['| parameter | default | range | |', '|---|---|---|---|', ...rows].join('\n')
    return `<!-- parameters of ${name}: made by npm run docs -->\n${table}\n<!-- end of parameters -->`
  })
}
