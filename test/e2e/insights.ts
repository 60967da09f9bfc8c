import type { ClusterDriver } from '../../local/demo/cluster-driver';
import { insightsQuery } from '../../local/emulator/logs/insights';

type Row = Readonly<Record<string, string | undefined>>;

/** What the template's saved query finds in its log groups, the latest first. */
export function insights({ cloud }: ClusterDriver): readonly Row[] {
  const [saved] = cloud.template.ofType('AWS::Logs::QueryDefinition');
  const { QueryString, LogGroupNames } = saved?.properties ?? {};
  const groups = Array.isArray(LogGroupNames) ? LogGroupNames : [];
  const lines = cloud.timeline.events.flatMap((event, index) =>
    event.type === 'log' && groups.includes(event.group)
      ? [{ id: String(index), at: event.at, group: event.group, message: event.line }]
      : [],
  );
  const { rows } = insightsQuery(String(QueryString), cloud.template.accountId)(lines);
  return rows.map((row) => Object.fromEntries(row.map(({ field, value }) => [field, value])));
}
