/**
 * Lines of models in the data directory: `models/NAME/v3.model` is never changed, `models/NAME/champion.json` says which version trades.
 */
import { existsSync, mkdirSync, readFileSync, readdirSync, renameSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'
import type { Problem } from '../core/problem.ts'
import { type Result, err, ok } from '../core/result.ts'
import type { ModelLine } from '../ml/champion/line-run.ts'
import type { LoadedModel } from '../ml/champion/loaded-model.ts'
import type { SavedModel } from '../ml/champion/saved-model.ts'
import { decodeModel, encodeModel } from './model-file.ts'

/** Of a line: which version trades, which did before, and who decided. */
export interface Championship {
  readonly champion: number | null
  /** Champions that it can be rolled back to, the newest last. */
  readonly past: readonly number[]
  readonly changes: readonly {
    readonly action: 'promote' | 'rollback'
    readonly to: number
    readonly from: number | null
    readonly actor: string
    /** Wall-clock ms. */
    readonly atMs: number
  }[]
}

const NONE: Championship = { champion: null, past: [], changes: [] }
const version = z.int().min(1)
const shape = z.strictObject({
  champion: version.nullable(),
  past: z.array(version),
  changes: z.array(
    z.strictObject({
      action: z.enum(['promote', 'rollback']),
      to: version,
      from: version.nullable(),
      actor: z.string(),
      atMs: z.number(),
    }),
  ),
})

export const LINE_NAME = /^[a-z0-9][a-z0-9-]{0,39}$/
/** Newer than the champion, and watched beside it. */
const CHALLENGERS_MAX = 3
const CHANGES_KEPT = 100
const FILE_BYTES_MAX = 256 * 1024 * 1024

/** Which versions of a line count: plain data, so that processes and threads begin with the same. */
export interface LinePin {
  readonly line: string
  /** The directory of all lines. */
  readonly root: string
  readonly champion: number | null
  readonly challengers: readonly number[]
}

export class ModelStore {
  private readonly root: string

  /** @param root the directory of all lines; it need not be there */
  constructor(root: string) {
    this.root = root
  }

  names(): readonly string[] {
    if (!existsSync(this.root)) return []
    return readdirSync(this.root)
      .filter((name) => LINE_NAME.test(name) && statSync(join(this.root, name)).isDirectory())
      .sort()
  }

  /** Ascending. */
  versions(line: string): readonly number[] {
    const directory = join(this.root, line)
    if (!LINE_NAME.test(line) || !existsSync(directory)) return []
    return readdirSync(directory)
      .flatMap((file) => {
        const found = /^v([1-9]\d{0,8})\.model$/.exec(file)
        return found === null ? [] : [Number(found[1])]
      })
      .sort((a, b) => a - b)
  }

  fileOf(line: string, versionNumber: number): string {
    return join(this.root, line, `v${versionNumber}.model`)
  }

  championship(line: string): Result<Championship, Problem> {
    const file = join(this.root, line, 'champion.json')
    if (!LINE_NAME.test(line) || !existsSync(file)) return ok(NONE)
    try {
      return ok(shape.parse(JSON.parse(readFileSync(file, 'utf8'))))
    } catch {
      return err({
        sentence: `${file} is damaged: it no longer says which model trades.`,
        next: `Remove it, then: /model ${line} promote`,
      })
    }
  }

  load(line: string, versionNumber: number): Result<LoadedModel, Problem> {
    const file = this.fileOf(line, versionNumber)
    const again = `Fit it again with --save ${line}, or use another version: ballast ml models ${line}`
    if (!LINE_NAME.test(line) || !existsSync(file)) {
      const known = this.versions(line)
      return err({
        sentence:
          known.length === 0
            ? `There is no model '${line}'.`
            : `There is no version ${versionNumber} of ${line}: it has ${known.map((v) => `v${v}`).join(', ')}.`,
        next: known.length === 0 ? 'ballast ml fit … --save NAME makes one; ballast ml models lists them.' : `ballast ml models ${line}`,
      })
    }
    let text: string
    try {
      if (statSync(file).size > FILE_BYTES_MAX) return err({ sentence: `${file} is too large to be a model.`, next: again })
      text = readFileSync(file, 'utf8')
    } catch (cause) {
      return err({ sentence: `${file} cannot be read (${cause instanceof Error ? cause.message : String(cause)}).`, next: again })
    }
    const read = decodeModel(text)
    if (!read.ok) return err({ sentence: `${file} ${read.error}.`, next: again })
    const { saved } = read.value
    if (saved.name !== line || saved.version !== versionNumber)
      return err({ sentence: `${file} holds ${saved.name} v${saved.version}: it was copied or renamed.`, next: again })
    return read
  }

  /**
   * Writes the next version of a line, whole or not at all.
   * @throws where it cannot be written
   */
  save(model: Omit<SavedModel, 'version' | 'parent'>): SavedModel {
    const { name } = model
    mkdirSync(join(this.root, name), { recursive: true })
    const champion = this.championship(name)
    for (;;) {
      const saved: SavedModel = {
        ...model,
        version: (this.versions(name).at(-1) ?? 0) + 1,
        parent: champion.ok ? champion.value.champion : null,
      }
      try {
        // Two that save at once get two versions.
        writeFileSync(this.fileOf(name, saved.version), encodeModel(saved), { flag: 'wx', mode: 0o600 })
        return saved
      } catch (cause) {
        if (!(cause instanceof Error && 'code' in cause && cause.code === 'EEXIST')) throw cause
      }
    }
  }

  /** Another champion. @throws where it cannot be written */
  keep(line: string, next: Championship): void {
    const file = join(this.root, line, 'champion.json')
    writeFileSync(`${file}.new`, `${JSON.stringify({ ...next, changes: next.changes.slice(-CHANGES_KEPT) }, undefined, 2)}\n`, {
      mode: 0o600,
    })
    renameSync(`${file}.new`, file)
  }

  /** The champion and what is newer than it; a line whose list is damaged has none. */
  pinOf(line: string): LinePin {
    const known = this.championship(line)
    return this.pinWith(line, known.ok ? known.value.champion : null)
  }

  pinWith(line: string, champion: number | null): LinePin {
    const challengers = champion === null ? [] : this.versions(line).filter((each) => each > champion)
    return { line, root: this.root, champion, challengers: challengers.slice(-CHALLENGERS_MAX) }
  }

  pins(): readonly LinePin[] {
    return this.names().map((line) => this.pinOf(line))
  }
}

export interface LoadedLine {
  readonly line: ModelLine
  /** Files that cannot be used. */
  readonly problems: readonly Problem[]
}

/** A champion that cannot be used is none; a challenger that cannot is left out. */
export function loadLine({ line, root, champion, challengers }: LinePin): LoadedLine {
  const store = new ModelStore(root)
  const problems: Problem[] = []
  const read = (number: number): LoadedModel[] => {
    const loaded = store.load(line, number)
    if (loaded.ok) return [loaded.value]
    problems.push(loaded.error)
    return []
  }
  const [first] = champion === null ? [] : read(champion)
  return { line: { name: line, champion: first, challengers: first === undefined ? [] : challengers.flatMap(read) }, problems }
}

export const promoted = (now: Championship, to: number, actor: string, atMs: number): Championship => ({
  champion: to,
  past: now.champion === null ? now.past : [...now.past, now.champion],
  changes: [...now.changes, { action: 'promote', to, from: now.champion, actor, atMs }],
})

/** Undefined where there was no champion before. */
export function rolledBack(now: Championship, actor: string, atMs: number): Championship | undefined {
  const to = now.past.at(-1)
  if (to === undefined) return undefined
  return {
    champion: to,
    past: now.past.slice(0, -1),
    changes: [...now.changes, { action: 'rollback', to, from: now.champion, actor, atMs }],
  }
}
