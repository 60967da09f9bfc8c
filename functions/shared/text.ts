/** Texts of people and of AWS: of any length, with any characters. */

/** The text as whole characters only, at most so many of them (code points); what is cut off is marked. */
export function cut(text: string, limit: number): string {
  const whole = text.toWellFormed();
  if (whole.length <= limit) return whole;
  const characters = Array.from(whole);
  return characters.length <= limit ? whole : `${characters.slice(0, limit - 1).join('')}…`;
}

/** Nothing of it can be seen. */
export function isBlank(text: string): boolean {
  return /^[\s\p{Cc}\p{Cf}\p{DI}]*$/u.test(text);
}
