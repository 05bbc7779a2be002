/**
 * What a strategy threw, in one line with the place: what its author needs to find it.
 */
const ACCESSOR = /Bars\.(at|value|within|openTs|closeTs|open|high|low|close|volume) /

export function failureText(thrown: unknown): string {
  if (!(thrown instanceof Error)) return String(thrown)
  const [what = thrown.message, ...places] = (thrown.stack ?? thrown.message).split('\n')
  return [what, places.find((place) => !ACCESSOR.test(place))?.trim() ?? ''].join(' ').trim()
}
