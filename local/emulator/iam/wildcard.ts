/** IAM's patterns: `*` is any run of characters, `?` any one. */
const compiled = new Map<string, RegExp>();

export function matches(pattern: string, text: string, ignoreCase = false): boolean {
  if (!/[*?]/.test(pattern)) return ignoreCase ? pattern.toLowerCase() === text.toLowerCase() : pattern === text;
  const key = `${ignoreCase} ${pattern}`;
  const expression =
    compiled.get(key) ??
    new RegExp(
      `^${pattern
        .replace(/[.+^${}()|[\]\\]/g, '\\$&')
        .replace(/\*/g, '.*')
        .replace(/\?/g, '.')}$`,
      ignoreCase ? 'is' : 's',
    );
  compiled.set(key, expression);
  return expression.test(text);
}
