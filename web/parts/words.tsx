/**
 * A sentence in which commands stand between backticks, as the catalogue of alerts writes them.
 */
export const Words = ({ text }: { readonly text: string }) => (
  <>{text.split('`').map((part, at) => (at % 2 === 1 ? <code key={`${part}${at}`}>{part}</code> : part))}</>
)
