/**
 * The parts of the OpenAPI document that clients are generated from.
 */
import { openApi } from '../openapi.ts'

export interface Schema {
  readonly $ref?: string
  readonly type?: string | readonly string[]
  readonly enum?: readonly unknown[]
  readonly const?: unknown
  readonly description?: string
  readonly items?: Schema
  readonly properties?: Readonly<Record<string, Schema>>
  readonly required?: readonly string[]
  readonly additionalProperties?: boolean | Schema
  readonly anyOf?: readonly Schema[]
  readonly oneOf?: readonly Schema[]
  readonly allOf?: readonly Schema[]
}
export interface Parameter {
  readonly name: string
  readonly schema: Schema
  readonly isRequired: boolean
  readonly description: string | undefined
}
export interface Operation {
  readonly name: string
  readonly method: string
  /** From the version on: `/positions/{id}`. */
  readonly path: string
  readonly summary: string
  readonly inPath: readonly Parameter[]
  readonly inQuery: readonly Parameter[]
  readonly body: { readonly schema: Schema; readonly isRequired: boolean } | undefined
  /** Of each success that is JSON; empty where it is none. */
  readonly answers: readonly Schema[]
  readonly isText: boolean
  readonly takesVersion: boolean
}
export interface Api {
  readonly version: string
  readonly schemas: Readonly<Record<string, Schema>>
  readonly operations: readonly Operation[]
}

interface Content {
  readonly content?: Readonly<Record<string, { readonly schema: Schema }>>
}
interface Raw {
  readonly operationId: string
  readonly summary?: string
  readonly parameters?: readonly {
    readonly name: string
    readonly in: string
    readonly required?: boolean
    readonly description?: string
    readonly schema: Schema
  }[]
  readonly requestBody?: Content & { readonly required?: boolean }
  readonly responses: Readonly<Record<string, Content>>
}
interface Document {
  readonly info: { readonly version: string }
  readonly paths: Readonly<Record<string, Readonly<Record<string, Raw>>>>
  readonly components: { readonly schemas: Readonly<Record<string, Schema>> }
}

const PREFIX = '/api/v1'
const isJson = (type: string): boolean => type === 'application/json'

/** What streams is no request with an answer. */
const streams = ({ responses }: Raw): boolean => responses['200']?.content?.['text/event-stream'] !== undefined

export async function describedApi(): Promise<Api> {
  const { info, paths, components } = (await openApi()) as object as Document
  const operations = Object.entries(paths).flatMap(([path, item]) =>
    Object.entries(item)
      .filter(([, raw]) => !streams(raw))
      .map(([method, raw]) => operationOf(method, path.replace(PREFIX, ''), raw)),
  )
  return { version: info.version, schemas: components.schemas, operations }
}

function operationOf(method: string, path: string, raw: Raw): Operation {
  const { parameters = [], requestBody } = raw
  const of = (place: string): Parameter[] =>
    parameters
      .filter((each) => each.in === place)
      .map(({ name, schema, required, description }) => ({ name, schema, isRequired: required === true, description }))
  const successes = Object.entries(raw.responses).filter(([status]) => status.startsWith('2'))
  const contents = successes.flatMap(([, { content = {} }]) => Object.entries(content))
  const answers = contents.filter(([type]) => isJson(type)).map(([, { schema }]) => schema)
  return {
    name: raw.operationId,
    method: method.toUpperCase(),
    path,
    summary: raw.summary ?? '',
    inPath: of('path'),
    inQuery: of('query'),
    body: requestBody?.content === undefined ? undefined : bodyOf(requestBody.content, requestBody.required === true),
    answers: answers.filter((schema, k) => answers.findIndex((each) => JSON.stringify(each) === JSON.stringify(schema)) === k),
    isText: contents.some(([type]) => !isJson(type)),
    takesVersion: raw.responses['412'] !== undefined,
  }
}

function bodyOf(content: NonNullable<Content['content']>, isRequired: boolean): Operation['body'] {
  const schema = content['application/json']?.schema
  return schema === undefined ? undefined : { schema, isRequired }
}

/** Its types in the order in which a sentence would have them, `null` last. */
export const typesOf = ({ type }: Schema): readonly string[] => (type === undefined ? [] : typeof type === 'string' ? [type] : type)
export const nameOfRef = (ref: string): string => ref.split('/').at(-1) ?? ''
