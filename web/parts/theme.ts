/**
 * Colors of charts, which are drawn and not styled: taken from the page's own, in light and dark.
 */
import { useEffect, useState } from 'preact/hooks'

export interface Theme {
  readonly text: string
  readonly line: string
  readonly won: string
  readonly lost: string
  readonly accent: string
}

const read = (): Theme => {
  const style = getComputedStyle(document.documentElement)
  const of = (name: string): string => style.getPropertyValue(name).trim()
  return { text: of('--text'), line: of('--line'), won: of('--won'), lost: of('--lost'), accent: of('--accent') }
}

export function useTheme(): Theme {
  const [theme, setTheme] = useState(read)
  useEffect(() => {
    const dark = matchMedia('(prefers-color-scheme: dark)')
    const change = (): void => setTheme(read())
    dark.addEventListener('change', change)
    return () => dark.removeEventListener('change', change)
  }, [])
  return theme
}
