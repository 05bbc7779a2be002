/**
 * `npm run docs`: writes the references that are made from code.
 */
import { existsSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { ROOT, textOf } from '../support/repository.ts'
import { REFERENCES } from './references.ts'

for (const [path, make] of REFERENCES) {
  const made = await make()
  const isSame = existsSync(join(ROOT, path)) && textOf(path) === made
  if (!isSame) writeFileSync(join(ROOT, path), made)
  process.stdout.write(`${isSame ? 'as it was' : 'written  '}  ${path}\n`)
}
