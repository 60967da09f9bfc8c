import { OUTCOMES } from '../../../functions/shared/contract';
import { ENDINGS, named, write } from './endings';
import { FIRST_EDITION } from './first-edition';

/** One row a situation: what the first edition said, and what is said now. */
function comparison(): string {
  const cell = (subject: string, opening: readonly string[], japanese: string) =>
    [`**${subject}**`, ...opening, japanese].map((line) => line.replaceAll('|', '\\|')).join('<br>');
  const rows = FIRST_EDITION.map(({ title, subject, opening, japanese }) => {
    const now = named(title);
    const { subject: subjectNow, body } = write(now);
    const before = cell(subject, opening, japanese);
    return `| ${title} | ${before} | ${cell(subjectNow, (body.split('\n\n')[0] ?? '').split('\n'), write(now, 'ja').subject)} |`;
  });
  return ['| situation | first edition | now |', '| --- | --- | --- |', ...rows].join('\n');
}

/** A check that finds all well tells nobody. */
const TOLD = OUTCOMES.filter((outcome) => outcome !== 'CHECKED');

/** docs/notices.md as it must be. */
export function noticesDocument(): string {
  const sections = ENDINGS.map((each) => {
    const shown = (['en', 'ja'] as const).map((language) => {
      const { subject, body } = write(each, language);
      return `\`${language}\`, subject: ${subject}\n\n\`\`\`text\n${body}\n\`\`\``;
    });
    return `## ${each.title}\n\n${shown.join('\n\n')}`;
  });
  return `# Notices

Every kind of notice in both languages, as it arrives by e-mail. The subject says how the service stands: \`OK\` (nobody has
to act), \`CHECK\` (somebody should look), \`DEGRADED\` (it runs, but not well), \`DOWN\` (act now); or what was done: \`MOVED\`,
\`DRILL\`, \`REHEARSAL\`. Message attributes for subscription filters: \`cluster\`, \`mode\` and \`outcome\`
(${TOLD.map((outcome) => `\`${outcome}\``).join(', ')}). The Japanese ones are shown with \`"timeZone": "Asia/Tokyo"\`.

Generated from the functions; a test fails when it differs. To write it again: \`npm run docs\`.

## Before and after

What stands on a lock screen: the subject and the first lines, and the subject in Japanese.

${comparison()}

${sections.join('\n\n')}
`;
}
