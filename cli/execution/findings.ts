import { asFields, isFields } from '../../functions/shared/input';
import type { Finding } from '../../functions/shared/plan';
import type { ExecutionHistory } from './states';

/** What every state of an execution found, each finding once. */
export function findingsIn({ visits }: ExecutionHistory): Finding[] {
  const all = visits.flatMap(({ output }) => {
    const { findings } = asFields(output);
    return Array.isArray(findings) ? findings.filter(isFinding) : [];
  });
  return [...new Map(all.map((finding) => [JSON.stringify(finding), finding])).values()];
}

function isFinding(value: unknown): value is Finding {
  return (
    isFields(value) &&
    typeof value.severity === 'string' &&
    typeof value.code === 'string' &&
    typeof value.detail === 'string'
  );
}
