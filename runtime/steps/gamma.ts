/** The upper tail of the chi-squared distribution, and its quantiles: all the statistics that no dependency gives. */

/** Probability that a chi-squared variable with `degrees` degrees of freedom is above `x`. Relative error below 1e-12. */
export function chiSquaredTail(x: number, degrees: number): number {
  const [a, half] = [degrees / 2, x / 2];
  if (half <= 0) return 1;
  return half < a + 1 ? 1 - lowerSeries(a, half) : upperFraction(a, half);
}

/** The value that a chi-squared variable exceeds with the probability that a normal one exceeds `z`: Wilson and Hilferty. */
export function chiSquaredQuantile(z: number, degrees: number): number {
  if (degrees <= 0) return 0;
  const spread = 2 / (9 * degrees);
  return degrees * Math.max(0, 1 - spread + z * Math.sqrt(spread)) ** 3;
}

const TINY = 1e-300;

/** Lower regularised incomplete gamma function by its series, for x < a + 1. */
function lowerSeries(a: number, x: number): number {
  let term = 1 / a;
  let sum = term;
  for (let n = 1; term > sum * 1e-17; n++) {
    term *= x / (a + n);
    sum += term;
  }
  return sum * Math.exp(a * Math.log(x) - x - logGamma(a));
}

/** Upper regularised incomplete gamma function by its continued fraction (Lentz), for x >= a + 1. */
function upperFraction(a: number, x: number): number {
  let b = x + 1 - a;
  let c = 1 / TINY;
  let d = 1 / b;
  let h = d;
  for (let n = 1, change = 0; Math.abs(change - 1) > 1e-16 && n < 10_000; n++) {
    const an = -n * (n - a);
    b += 2;
    d = 1 / (an * d + b || TINY);
    c = b + an / c || TINY;
    change = c * d;
    h *= change;
  }
  return h * Math.exp(a * Math.log(x) - x - logGamma(a));
}

/** Of half-integers, which is all that degrees of freedom need: exact by recurrence up to 50, by Stirling's series above. */
function logGamma(a: number): number {
  let shift = 0;
  let y = a;
  for (; y < 50; y++) shift += Math.log(y);
  const series = 1 / (12 * y) - 1 / (360 * y ** 3) + 1 / (1260 * y ** 5);
  return (y - 0.5) * Math.log(y) - y + Math.log(2 * Math.PI) / 2 + series - shift;
}
