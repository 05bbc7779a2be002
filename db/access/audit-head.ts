/**
 * The newest row of the audit, noted in the data directory beside the database.
 */
import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { z } from 'zod'
import type { ChainHead } from '../../api/ports/ports.ts'

const Head = z.object({ seq: z.number().int().min(1), hash: z.string().regex(/^[0-9a-f]{64}$/) })

/** Undefined where none is noted yet. @throws where what stands there is none */
export function readHead(file: string): ChainHead | undefined {
  return existsSync(file) ? Head.parse(JSON.parse(readFileSync(file, 'utf8'))) : undefined
}

/** Whole or not at all, since a process may end at any point; a newer one that another process has noted stays. */
export function writeHead(file: string, { seq, hash }: ChainHead): void {
  if ((readHead(file)?.seq ?? 0) >= seq) return
  writeFileSync(`${file}.${process.pid}`, `${JSON.stringify({ seq, hash })}\n`, { mode: 0o600 })
  renameSync(`${file}.${process.pid}`, file)
}
