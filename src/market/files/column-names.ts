/**
 * What the names above columns mean, over all the sources of docs/files.md.
 */

/** What a column is to the reader of candles and funding rates; `constant` columns must not change, `ignored` ones are skipped. */
export type Role = 'ts' | 'clock' | 'open' | 'high' | 'low' | 'close' | 'volume' | 'quote' | 'rate' | 'confirm' | 'constant' | 'ignored'

/** A name without what sources disagree about: case, blanks, underscores, angle brackets. */
export const keyOf = (name: string): string => name.toLowerCase().replace(/[^\p{L}\p{N}]/gu, '')

const words = (text: string): ReadonlySet<string> => new Set(text.split(' '))

/** Opening instants by name. */
const OPENS = words(
  'opentime starttime start startat startts timeperiodstart windowstart candlebegintime candlestart begin begintime barstart periodstart opentimestamp timeopen',
)
/** The instant of the first trade, where the bar has a start of its own. */
export const isFirstTrade = (name: string): boolean => keyOf(name) === 'timeopen'
/** Instants that are the opening ones unless the source says otherwise. */
const TIMES = words(
  'timestamp ts time date datetime unix unixtimestamp unixtime mts t tsevent gmttime localtime timems timestampms timeutc dateutc utctime epoch snappedat ' +
    'calctime fundingtime fundingratetimestamp fundingtimestamp transactiontime timestampunix timestamputc datetimeutc',
)
/** Closing instants by name. */
const CLOSES = words('closetime endtime end timeclose timeperiodend closetimestamp')

export type TimeRank = 'open' | 'time' | 'close' | 'index'

/** What a name says about time; `index` is the unnamed column that a table library writes first. */
export function timeRankOf(name: string, at: number): TimeRank | undefined {
  const key = keyOf(name)
  if (OPENS.has(key)) return 'open'
  if (TIMES.has(key)) return 'time'
  if (CLOSES.has(key)) return 'close'
  return at === 0 && isIndexName(name) ? 'index' : undefined
}

/** Names of a column that only counts or names rows. */
export const isIndexName = (name: string): boolean => /^(?:|index|level0|unnamed0|row|rownumber|no)$/.test(keyOf(name))

const PRICES: Readonly<Record<string, 'open' | 'high' | 'low' | 'close'>> = Object.fromEntries(
  (['open', 'high', 'low', 'close'] as const).flatMap((price, at) =>
    [price, price[0] as string, `${price}price`, `price${price}`, `px${price}`, `${at + 1}${price}`, `mark${price}`, `index${price}`].map(
      (name) => [name, price],
    ),
  ),
)

/** Names that mean the close only beside an open, a high and a low. */
const LAST = words('price closelast last latest lastprice')

const BASE_VOLUMES = words(
  'homenotional volccy basevolume volumebase basecurrencyvolume basecurvolume volume vol v volumetraded 5volume amount tradevolume tickvol tickvolume ticks',
)
const QUOTE_VOLUMES = words(
  'foreignnotional quotevolume quoteassetvolume volumequote quotecurrencyvolume turnover volquote volccyquote volumecurrency cost amount quoteav totalvolume ' +
    'volumeusdt volumeusd volumeusdc volumebusd volumefdusd volumetusd volumedai volumeeur volumegbp volumejpy volumekrw volumetry',
)
const RATES = words('rate fundingrate lastfundingrate')
const CONFIRMS = words('confirm closed isclosed isfinal confirmed windowclose')
const CONSTANTS = words(
  'symbol ticker instrument instrumentname instrumentid pair market coin currency name exchange venue period interval resolution timeframe per',
)

const isVolumeOfCoin = (name: string): boolean => /^volume[\s_(]+[A-Za-z0-9]{2,10}\)?$/i.test(name.trim())

export const mayBeBaseVolume = (name: string): boolean =>
  BASE_VOLUMES.has(keyOf(name)) || (isVolumeOfCoin(name) && !QUOTE_VOLUMES.has(keyOf(name)))
export const mayBeQuoteVolume = (name: string): boolean => QUOTE_VOLUMES.has(keyOf(name))
/** Counts of trades or of price changes, which stand in for a volume only where there is no other. */
export const isTickVolume = (name: string): boolean => /^tick(?:vol|volume|s)$/.test(keyOf(name))

export const priceOf = (name: string): 'open' | 'high' | 'low' | 'close' | undefined => PRICES[keyOf(name)]
export const isLastPrice = (name: string): boolean => LAST.has(keyOf(name))
export const isRate = (name: string): boolean => RATES.has(keyOf(name))
export const isConfirm = (name: string): boolean => CONFIRMS.has(keyOf(name))
export const isConstant = (name: string): boolean => CONSTANTS.has(keyOf(name))
