export const INK = '#1f2933';
export const FAINT = '#d5dbe1';
export const OURS = '#0b6e4f';

export const heading = (title: string) =>
  `<text x="20" y="28" font-size="16" font-weight="bold">${escaped(title)}</text>`;

export function write(x: number, y: number, text: string, anchor: 'start' | 'middle' | 'end' = 'start'): string {
  return `<text x="${x.toFixed(1)}" y="${y.toFixed(1)}" text-anchor="${anchor}">${escaped(text)}</text>`;
}

export const escaped = (text: string) => text.replace(/&/g, '&amp;').replace(/</g, '&lt;');
