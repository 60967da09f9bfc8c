/**
 * The candidate that somebody meant who wrote something else: the same but for case and punctuation, a part of it, or a
 * few letters off. Undefined where none is close.
 */
export function didYouMean(written: string, candidates: readonly string[]): string | undefined {
  const plain = plainOf(written);
  const allowed = plain.length < 4 ? 0 : Math.max(1, Math.floor(plain.length / 3));
  const distances = candidates
    .filter((candidate) => candidate !== written)
    .map((candidate) => ({ candidate, distance: distanceOf(plain, plainOf(candidate)) }))
    .filter(({ distance }) => distance <= allowed)
    .sort((a, b) => a.distance - b.distance);
  return distances[0]?.candidate ?? candidates.find((candidate) => isPart(plain, plainOf(candidate)));
}

function plainOf(text: string): string {
  return text.toLowerCase().replaceAll(/[^\p{L}\p{N}]/gu, '');
}

function isPart(one: string, other: string): boolean {
  return one.length >= 4 && other.length >= 4 && one !== other && (other.includes(one) || one.includes(other));
}

/** Letters to insert, delete, replace or swap with their neighbour (Damerau and Levenshtein, restricted). */
function distanceOf(a: string, b: string): number {
  const rows: number[][] = [Array.from({ length: b.length + 1 }, (_, j) => j)];
  const at = (i: number, j: number): number => rows[i]?.[j] ?? Number.POSITIVE_INFINITY;
  for (let i = 1; i <= a.length; i += 1) {
    const row = [i];
    rows.push(row);
    for (let j = 1; j <= b.length; j += 1) {
      const same = a[i - 1] === b[j - 1] ? 0 : 1;
      const swapped = a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1] ? at(i - 2, j - 2) + 1 : Number.POSITIVE_INFINITY;
      row.push(Math.min(at(i - 1, j) + 1, at(i, j - 1) + 1, at(i - 1, j - 1) + same, swapped));
    }
  }
  return at(a.length, b.length);
}
