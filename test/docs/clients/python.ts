/**
 * api/clients/ballast.py: a client of the REST API for Python, by the standard library alone, with a method for each operation of the document.
 */
import { textOf } from '../../support/repository.ts'
import { type Operation, type Parameter, type Schema, describedApi, nameOfRef, typesOf } from './described.ts'

export const PYTHON_CLIENT_PATH = 'api/clients/ballast.py'
/** How requests are made: written by hand, the head of what is generated. */
const HEAD = 'test/docs/clients/python-head.py'

const RESERVED = new Set(['from', 'for', 'or', 'in', 'is', 'and', 'not', 'class', 'def', 'if', 'else', 'as', 'with', 'self', 'body'])
const snake = (name: string): string =>
  name
    .replaceAll(/([a-z0-9])([A-Z])/g, '$1_$2')
    .replaceAll('-', '_')
    .toLowerCase()
const argument = (name: string): string => (RESERVED.has(snake(name)) ? `${snake(name)}_` : snake(name))
const capital = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1)
const quoted = (value: unknown): string =>
  value === null ? 'None' : value === true ? 'True' : value === false ? 'False' : JSON.stringify(value)
const union = (types: readonly string[]): string => {
  const all = [...new Set(types)]
  return all.length === 1 ? (all[0] as string) : `Union[${all.join(', ')}]`
}

/** Types by name, each after those that it is made of or quoted. */
class TypeNames {
  readonly lines: string[] = []
  private readonly known: ReadonlySet<string>

  constructor(known: ReadonlySet<string>) {
    this.known = known
  }

  /** @param name of an object that has none of its own */
  typeOf(schema: Schema, name: string): string {
    if (schema.$ref !== undefined) return `"${nameOfRef(schema.$ref)}"`
    if (schema.const !== undefined) return `Literal[${quoted(schema.const)}]`
    if (schema.enum !== undefined) return `Literal[${schema.enum.map(quoted).join(', ')}]`
    const choices = schema.anyOf ?? schema.oneOf
    if (choices !== undefined) return union(choices.map((each, k) => this.typeOf(each, `${name}${k + 1}`)))
    const types = typesOf(schema)
    return types.length === 0 ? 'Any' : union(types.map((type) => this.ofType(type, schema, name)))
  }

  define(name: string, schema: Schema): void {
    const { properties, required = [] } = schema
    if (properties === undefined || Object.keys(properties).length === 0) {
      this.lines.push(`${name} = Dict[str, Any]\n`)
      return
    }
    const fields = Object.entries(properties).map(([field, of]) => {
      const type = this.typeOf(of, `${name}${capital(field)}`)
      return `        ${quoted(field)}: ${required.includes(field) ? type : `NotRequired[${type}]`},\n`
    })
    this.lines.push(`${name} = TypedDict(\n    "${name}",\n    {\n${fields.join('')}    },\n)\n`)
  }

  private ofType(type: string, schema: Schema, name: string): string {
    switch (type) {
      case 'null':
        return 'None'
      case 'string':
        return 'str'
      case 'boolean':
        return 'bool'
      case 'integer':
        return 'int'
      case 'number':
        return 'float'
      case 'array':
        return `List[${this.typeOf(schema.items ?? {}, `${name}Item`)}]`
      default:
        return this.objectOf(schema, name)
    }
  }

  private objectOf(schema: Schema, name: string): string {
    const { properties, additionalProperties } = schema
    if (properties === undefined || Object.keys(properties).length === 0)
      return `Dict[str, ${typeof additionalProperties === 'object' ? this.typeOf(additionalProperties, `${name}Value`) : 'Any'}]`
    if (this.known.has(name)) throw new Error(`${name} is the name of two types`)
    this.define(name, schema)
    return `"${name}"`
  }
}

function methodText(
  { name, method, path, summary, inPath, inQuery, body, answers, isText, takesVersion }: Operation,
  names: TypeNames,
): string {
  const own = capital(name)
  const typed = ({ name: parameter, schema }: Parameter): string => names.typeOf(schema, `${own}${capital(parameter)}`)
  const bodyType = body === undefined ? undefined : names.typeOf(body.schema, `${own}Body`)
  const isChange = method !== 'GET'
  const positional = [
    ...inPath.map((each) => `${argument(each.name)}: ${typed(each)}`),
    ...(bodyType === undefined ? [] : [`body: ${body?.isRequired === true ? bodyType : `Optional[${bodyType}] = None`}`]),
  ]
  const named = [
    ...inQuery.filter(({ isRequired }) => isRequired).map((each) => `${argument(each.name)}: ${typed(each)}`),
    ...inQuery.filter(({ isRequired }) => !isRequired).map((each) => `${argument(each.name)}: Optional[${typed(each)}] = None`),
    ...(isChange ? ['idempotency_key: Optional[str] = None'] : []),
    ...(takesVersion ? ['if_match: Optional[str] = None'] : []),
  ]
  const parameters = ['self', ...positional, ...(named.length === 0 ? [] : ['*', ...named])]
  const results = [
    ...answers.map((schema, k) => names.typeOf(schema, `${own}Answer${answers.length > 1 ? k + 1 : ''}`)),
    ...(isText ? ['str'] : []),
  ]
  const answer = results.length === 0 ? 'None' : union(results)
  const filled = path.replaceAll(/\{(\w+)\}/g, (_all, parameter: string) => `{_part(${argument(parameter)})}`)
  const call = [
    `"${method}"`,
    `${filled === path ? '' : 'f'}"${filled}"`,
    ...(inQuery.length === 0 ? [] : [`query={${inQuery.map((each) => `"${each.name}": ${argument(each.name)}`).join(', ')}}`]),
    ...(bodyType === undefined ? [] : ['body=body']),
    ...(isChange ? ['idempotency_key=idempotency_key'] : []),
    ...(takesVersion ? ['if_match=if_match'] : []),
  ]
  return [
    `    def ${snake(name)}(\n        ${parameters.join(',\n        ')},\n    ) -> ${answer}:\n`,
    `        """${method} ${path}: ${summary.replaceAll('\\', '\\\\').replaceAll('"', "'")}."""\n`,
    `        return self.request(\n            ${call.join(',\n            ')},\n        )\n`,
  ].join('')
}

export async function pythonClientText(): Promise<string> {
  const { schemas, operations } = await describedApi()
  const names = new TypeNames(new Set(Object.keys(schemas)))
  for (const [name, schema] of Object.entries(schemas)) {
    if (typesOf(schema).includes('null')) names.lines.push(`${name} = ${names.typeOf(schema, `${name}Row`)}\n`)
    else names.define(name, schema)
  }
  const methods = operations.map((operation) => methodText(operation, names))
  const head = textOf(HEAD)
  const [before = '', after = ''] = head.split('# types stand here\n')
  return [before, names.lines.join('\n'), after, '\n', methods.join('\n')].join('')
}
