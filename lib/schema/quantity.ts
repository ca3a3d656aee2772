/** Kubernetes quantities (`500m`, `1Gi`, `2e3`), exact. Source: k8s.io/apimachinery/pkg/api/resource. */
export interface Quantity {
  /** In billionths of one, the finest Kubernetes keeps; finer ones are rounded up. */
  units: bigint
}

const one = 1_000_000_000n
const decimal: Record<string, bigint> = {
  n: 1n,
  u: 1000n,
  m: 1_000_000n,
  '': one,
  k: one * 1000n,
  M: one * 10n ** 6n,
  G: one * 10n ** 9n,
  T: one * 10n ** 12n,
  P: one * 10n ** 15n,
  E: one * 10n ** 18n,
}
const binary: Record<string, bigint> = {
  Ki: one * 2n ** 10n,
  Mi: one * 2n ** 20n,
  Gi: one * 2n ** 30n,
  Ti: one * 2n ** 40n,
  Pi: one * 2n ** 50n,
  Ei: one * 2n ** 60n,
}

/** Reads a quantity; undefined when the text is none. */
export function parseQuantity(text: string): Quantity | undefined {
  const found = /^([+-]?)(\d*)(?:\.(\d*))?(?:([numkMGTPE]|[KMGTPE]i)?|[eE]([+-]?\d{1,3}))$/.exec(text)
  const [sign, whole = '', fraction = '', suffix = '', exponent] = found?.slice(1) ?? []
  if (!found || whole.length + fraction.length === 0 || whole.length + fraction.length > 100) return undefined
  const digits = BigInt(`${whole}${fraction}`)
  const unit = binary[suffix] ?? decimal[suffix] ?? one
  const shift = Number(exponent ?? 0) - fraction.length
  const scaled = shift >= 0 ? digits * unit * 10n ** BigInt(shift) : dividedUp(digits * unit, 10n ** BigInt(-shift))
  return { units: sign === '-' ? -scaled : scaled }
}

const dividedUp = (value: bigint, by: bigint): bigint => (value + by - 1n) / by

/** Negative, zero or positive as `a` is less than, equal to or more than `b`. */
export const compareQuantities = (a: Quantity, b: Quantity): number => (a.units < b.units ? -1 : a.units > b.units ? 1 : 0)
