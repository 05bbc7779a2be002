/**
 * Who may see which buttons: the order of roles, as the API has it. What counts is the API's answer.
 */
import type { CommandRow, Role } from './types.ts'

const ORDER: readonly Role[] = ['viewer', 'operator', 'trader', 'admin']

/** Undefined: the command is not known, and so not offered. */
export const mayRun = (role: Role, needed: CommandRow['role'] | undefined): boolean =>
  needed !== undefined && (needed === 'any' || ORDER.indexOf(role) >= ORDER.indexOf(needed))
