/**
 * api/clients/rest-types.ts: every schema and operation of the OpenAPI document as TypeScript types.
 */
import { type Operation, type Parameter, type Schema, describedApi, nameOfRef, typesOf } from './described.ts'

export const REST_TYPES_PATH = 'api/clients/rest-types.ts'

const literal = (value: unknown): string =>
  typeof value === 'string' ? `'${value.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'` : String(value)
const key = (name: string): string => (/^[A-Za-z_$][\w$]*$/.test(name) ? name : literal(name))
const comment = (text: string | undefined, indent: string): string =>
  text === undefined || text === '' ? '' : `${indent}/** ${text.replaceAll('*/', '* /').replaceAll('\n', ' ')} */\n`
const union = (types: readonly string[]): string => [...new Set(types)].join(' | ')

function typeOf(schema: Schema, indent: string): string {
  if (schema.$ref !== undefined) return nameOfRef(schema.$ref)
  if (schema.const !== undefined) return literal(schema.const)
  if (schema.enum !== undefined) return union(schema.enum.map(literal))
  const choices = schema.anyOf ?? schema.oneOf
  if (choices !== undefined) return union(choices.map((each) => typeOf(each, indent)))
  if (schema.allOf !== undefined) return schema.allOf.map((each) => typeOf(each, indent)).join(' & ')
  const types = typesOf(schema)
  return types.length === 0 ? 'unknown' : union(types.map((type) => ofType(type, schema, indent)))
}

function ofType(type: string, schema: Schema, indent: string): string {
  switch (type) {
    case 'integer':
    case 'number':
      return 'number'
    case 'array': {
      const item = typeOf(schema.items ?? {}, indent)
      return `readonly ${/[|&]|^readonly /.test(item.replace(/\{[\s\S]*\}/, '')) ? `(${item})` : item}[]`
    }
    case 'object':
      return objectOf(schema, indent)
    default:
      return type
  }
}

function objectOf({ properties, required = [], additionalProperties }: Schema, indent: string): string {
  if (properties === undefined || Object.keys(properties).length === 0)
    return `Readonly<Record<string, ${typeof additionalProperties === 'object' ? typeOf(additionalProperties, indent) : 'unknown'}>>`
  const inner = `${indent}  `
  const lines = Object.entries(properties).map(([name, schema]) => {
    const isRequired = required.includes(name)
    const more = isRequired ? '' : ' | undefined'
    return `${comment(schema.description, inner)}${inner}readonly ${key(name)}${isRequired ? '' : '?'}: ${typeOf(schema, inner)}${more}\n`
  })
  return `{\n${lines.join('')}${indent}}`
}

const asObject = (parameters: readonly Parameter[]): Schema => ({
  type: 'object',
  properties: Object.fromEntries(
    parameters.map(({ name, schema, description }) => [name, { ...schema, ...(description === undefined ? {} : { description }) }]),
  ),
  required: parameters.filter(({ isRequired }) => isRequired).map(({ name }) => name),
})

function operationText({ method, path, summary, inPath, inQuery, body, answers, isText }: Operation): string {
  const part = (name: string, schema: Schema, isRequired: boolean): string =>
    `    readonly ${name}${isRequired ? '' : '?'}: ${typeOf(schema, '    ')}${isRequired ? '' : ' | undefined'}\n`
  const answer = [...answers.map((schema) => typeOf(schema, '    ')), ...(isText ? ['string'] : [])]
  return [
    comment(summary, '  '),
    `  readonly '${method} ${path}': {\n`,
    inPath.length === 0 ? '' : part('path', asObject(inPath), true),
    inQuery.length === 0
      ? ''
      : part(
          'query',
          asObject(inQuery),
          inQuery.some(({ isRequired }) => isRequired),
        ),
    body === undefined ? '' : part('body', body.schema, body.isRequired),
    `    readonly answer: ${answer.length === 0 ? 'undefined' : union(answer)}\n`,
    '  }\n',
  ].join('')
}

export async function restTypesText(): Promise<string> {
  const { schemas, operations } = await describedApi()
  const types = Object.entries(schemas).map(
    ([name, schema]) => `${comment(schema.description, '')}export type ${name} = ${typeOf(schema, '')}\n`,
  )
  return [
    '/**\n * The REST API as types: made from docs/openapi.json by `npm run docs`, not to be edited. Decimals are text, times RFC 3339 in UTC.\n */\n\n',
    types.join('\n'),
    '\n/** By method and path: what a request takes, and what it answers. */\nexport interface Operations {\n',
    operations.map(operationText).join('\n'),
    '}\n',
  ].join('')
}
