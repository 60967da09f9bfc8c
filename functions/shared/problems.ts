import type { NodeProblem, NodeReport } from './plan';

/** What was found wrong with a node; nothing where there is no report of it. */
export function problemsAt(instanceId: string | undefined, reports: readonly NodeReport[]): readonly NodeProblem[] {
  return reports.find((report) => report.instanceId === instanceId)?.problems ?? [];
}

/** For messages: "NOT_RUNNING (stopped), ALARM (disk-full)". */
export function describeProblems(problems: readonly NodeProblem[] = []): string {
  return problems.map(({ code, detail }) => `${code} (${detail})`).join(', ');
}
