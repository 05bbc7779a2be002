/**
 * What all drawn charts have in common: size, colors and the clock of the axis.
 */
import { type ChartOptions, ColorType, type DeepPartial, type Time } from 'lightweight-charts'
import { time } from '../data/show.ts'
import type { Theme } from './theme.ts'

const SECOND_MS = 1_000

export const chartOptions = (theme: Theme): DeepPartial<ChartOptions> => ({
  autoSize: true,
  layout: {
    background: { type: ColorType.Solid, color: 'transparent' },
    textColor: theme.text,
    // Its logo needs a style in the page, which the policy of this page forbids: the notice stands below the chart.
    attributionLogo: false,
  },
  grid: { vertLines: { color: theme.line }, horzLines: { color: theme.line } },
  rightPriceScale: { borderColor: theme.line },
  timeScale: { borderColor: theme.line, timeVisible: true, secondsVisible: false },
  localization: { timeFormatter: (at: Time) => time(new Date(Number(at) * SECOND_MS).toISOString(), undefined) },
})

/** Seconds since 1970, as the chart counts. */
export const chartTime = (at: string): number => Math.floor(Date.parse(at) / SECOND_MS)
