/**
 * Who may see which buttons, by the roles that the registry names. What counts is the answer of the API.
 */
import type { CommandRow, Role } from './types.ts'

const ORDER: readonly Role[] = ['viewer', 'operator', 'trader', 'admin']
const isEnough = (role: Role, needed: CommandRow['role']): boolean => needed === 'any' || ORDER.indexOf(role) >= ORDER.indexOf(needed)

/**
 * @param row undefined: the command is not known, and so not offered
 * @param words of the line after its name, or the action alone: those that are actions need what these need
 */
export function mayRun(role: Role, row: Pick<CommandRow, 'role' | 'rolesByAction'> | undefined, words: readonly string[] = []): boolean {
  if (row === undefined || !isEnough(role, row.role)) return false
  return words.every((word) => {
    const needed = Object.hasOwn(row.rolesByAction, word) ? row.rolesByAction[word] : undefined
    return needed === undefined || isEnough(role, needed)
  })
}
