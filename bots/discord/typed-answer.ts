/**
 * The input window for the word or the code that a card asks for.
 */
import type { APIModalInteractionResponseCallbackData } from 'discord.js'
import type { Demand } from '../../api/commands/confirm-rules.ts'

const FIELD = 'word'

export function inputWindow(confirmationId: string, demand: Demand): APIModalInteractionResponseCallbackData {
  const isWord = demand.type === 'word'
  const label = isWord ? 'Word' : '6-digit code from your authenticator app'
  return {
    custom_id: `w:${confirmationId}`,
    title: isWord ? `Type ${demand.word} to continue` : 'Authenticator code',
    components: [{ type: 1, components: [{ type: 4, custom_id: FIELD, style: 1, label, required: true, max_length: 40 }] }],
  }
}

/** The card that a sent window belongs to. */
export const cardOfWindow = (customId: string): string | undefined => /^w:([\w-]{1,40})$/.exec(customId)?.[1]

export const typedIn = (fields: { getTextInputValue(field: string): string }): string => fields.getTextInputValue(FIELD)
