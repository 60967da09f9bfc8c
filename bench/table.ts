/** A table of results; numbers are already words. The first row is the heading. */
export interface Table {
  readonly title: string;
  readonly rows: readonly (readonly string[])[];
}

export function asText({ title, rows }: Table): string {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  const lines = rows.map((row) =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd(),
  );
  return `${title}\n${[lines[0], widths.map((width) => '-'.repeat(width)).join('  '), ...lines.slice(1)].join('\n')}\n`;
}

export function asMarkdown({ title, rows }: Table): string {
  const [heading = [], ...rest] = rows;
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
  return `**${title}**\n\n${[line(heading), line(heading.map(() => '---')), ...rest.map(line)].join('\n')}\n`;
}
