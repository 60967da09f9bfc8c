import type { Cloud } from '../../local/emulator/cloud';

/** Writes these lines into the log of Notify, now. */
export function writeOutcomes({ template, timeline }: Cloud, lines: readonly string[]): void {
  const group = template.ofType('AWS::Logs::LogGroup').find(({ logicalId }) => logicalId.includes('Notify'));
  for (const line of lines) timeline.add({ type: 'log', group: group?.physicalId ?? '', line });
}
