/**
 * Writes a file where the user wants it.
 */
import { writeFileSync } from 'node:fs'
import { CliError, EXIT } from '../exit.ts'

export function write(file: string, text: string): void {
  try {
    writeFileSync(file, text)
  } catch (cause) {
    throw new CliError(
      EXIT.error,
      `Could not write ${file} (${cause instanceof Error ? cause.message : String(cause)}).`,
      'Choose another path.',
      { cause },
    )
  }
}
