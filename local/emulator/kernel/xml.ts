/**
 * XML answers. Undefined and null are left out; a list becomes repeated elements inside its own, a map entries of a key and
 * a value. @see Smithy, "AWS Query protocol", "Map serialization"
 */
export type XmlValue =
  | string
  | number
  | boolean
  | null
  | undefined
  | readonly XmlValue[]
  | ReadonlyMap<string, string>
  | { readonly [name: string]: XmlValue };

/** @param item what the elements of a list are called: `item` in EC2, `member` elsewhere. */
export function element(name: string, value: XmlValue, item: 'item' | 'member', attributes = ''): string {
  if (value === null || value === undefined) return '';
  return `<${name}${attributes}>${content(value, item)}</${name}>`;
}

function content(value: XmlValue, item: 'item' | 'member'): string {
  if (value === null || value === undefined) return '';
  if (Array.isArray(value)) return value.map((each) => element(item, each, item)).join('');
  if (value instanceof Map)
    return [...value].map(([key, each]) => element('entry', { key, value: String(each) }, item)).join('');
  if (typeof value === 'object')
    return Object.entries(value)
      .map(([name, child]) => element(name, child, item))
      .join('');
  return escaped(String(value));
}

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  '\r': '&#13;',
};

/** Characters that XML 1.0 cannot hold at all become U+FFFD. */
function escaped(text: string): string {
  return (
    text
      // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what must not get through
      .replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/g, '\ufffd')
      .replace(/[&<>"\r]/g, (character) => ENTITIES[character] ?? character)
  );
}
