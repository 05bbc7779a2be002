/**
 * What a trader of a test answers when it refuses.
 */
export const refusedAs = (code: string, text: string, figures: Readonly<Record<string, string | number>> = {}) =>
  ({ status: 'refused', text, refusal: { code, figures } }) as const
