/**
 * Figures and dates as the report writes them, and JSON that is safe inside a script element.
 */
/** `</script>` and `<!--` cannot occur in it; a JSON parser reads it as it stands. */
export const scriptJson = (value: unknown): string =>
  JSON.stringify(value)
    .replace(/</g, '\\u003c')
    .replace(/[\u2028\u2029]/g, (c) => `\\u${c.charCodeAt(0).toString(16)}`)

const GROUPED = new Intl.NumberFormat('en-US', { maximumFractionDigits: 0 })
const MONEY = new Intl.NumberFormat('en-US', { minimumFractionDigits: 2, maximumFractionDigits: 2 })
export const countText = (value: number): string => GROUPED.format(value)
/** Without a sign where it rounds to nothing. */
export const moneyText = (value: number): string => MONEY.format(Math.abs(value) < 0.005 ? 0 : value)
export const signedMoney = (value: number): string => (value >= 0.005 ? '+' : '') + moneyText(value)
export const percentText = (fraction: number, decimals = 2): string => `${(fraction * 100).toFixed(decimals)} %`
export const ratioText = (value: number, decimals = 2): string => value.toFixed(decimals)
export const dayText = (instant: number): string => new Date(instant).toISOString().slice(0, 10)
export const minuteText = (instant: number): string => new Date(instant).toISOString().slice(0, 16).replace('T', ' ')
