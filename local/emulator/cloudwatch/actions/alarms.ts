import { drawn } from '../../ec2/consistency';
import { ApiError } from '../../kernel/api';
import { withOmission } from '../../kernel/service';
import type { AlarmRecord, AlarmState } from '../alarm-store';
import { type CloudWatchAction, paged } from './action';
import { choice, invalid, required, text, texts, time } from './parameters';

const STATES: readonly AlarmState[] = ['OK', 'ALARM', 'INSUFFICIENT_DATA'];

export const describeAlarms: CloudWatchAction = {
  parameters: ['AlarmNames', 'AlarmNamePrefix', 'AlarmTypes', 'StateValue', 'MaxRecords', 'NextToken'],
  run(parameters, { alarms, alarmLag, clock, omission, pageSize, time: written }) {
    const names = texts(parameters, 'AlarmNames');
    const prefix = text(parameters, 'AlarmNamePrefix');
    const state = text(parameters, 'StateValue');
    const types = texts(parameters, 'AlarmTypes') ?? ['MetricAlarm'];
    if (names !== undefined && names.length > 100) throw invalid('AlarmNames has more than 100 names.');
    if (names !== undefined && prefix !== undefined)
      throw new ApiError('InvalidParameterCombination', 'AlarmNames and AlarmNamePrefix must not be used together.');
    const found = alarms
      .list(clock.now() - drawn(alarmLag))
      .filter((alarm) => types.includes('MetricAlarm') && (names?.includes(alarm.name) ?? true))
      .filter((alarm) => alarm.name.startsWith(prefix ?? '') && (state ?? alarm.state) === alarm.state);
    const shown = withOmission(found, omission, ({ name }) => name);
    const most = { parameter: 'MaxRecords', limit: 100, otherwise: 50 };
    const { rows, next } = paged(shown, parameters, pageSize, most);
    const MetricAlarms = rows.map((alarm) => ({
      AlarmName: alarm.name,
      AlarmArn: alarm.arn,
      AlarmDescription: alarm.description,
      StateValue: alarm.state,
      StateReason: alarm.reason,
      StateUpdatedTimestamp: written(alarm.updatedAt),
      StateTransitionedTimestamp: written(alarm.since),
      Namespace: alarm.metric?.namespace,
      MetricName: alarm.metric?.name,
      Dimensions: Object.entries(alarm.metric?.dimensions ?? {}).map(([Name, Value]) => ({ Name, Value })),
    }));
    const result = rows.map((alarm) => `${alarm.name} ${alarm.state}`).join(', ') || 'no alarm';
    return { body: { MetricAlarms, CompositeAlarms: [], NextToken: next }, result };
  },
};

export const setAlarmState: CloudWatchAction = {
  parameters: ['AlarmName', 'StateValue', 'StateReason', 'StateReasonData'],
  run(parameters, { alarms }) {
    const name = required(parameters, 'AlarmName');
    const reason = required(parameters, 'StateReason');
    const state = STATES.find((each) => each === required(parameters, 'StateValue'));
    if (state === undefined) throw invalid(`StateValue must be one of ${STATES.join(', ')}.`);
    if (!alarms.list().some((alarm) => alarm.name === name))
      throw new ApiError('ResourceNotFound', `Unknown alarm ${name}`, 404);
    alarms.setState(name, state, reason);
    return { body: undefined, result: `${name} ${state}` };
  },
};

/** State changes only. AWS also keeps changes of the configuration and actions, which do not happen here. */
export const describeAlarmHistory: CloudWatchAction = {
  parameters: [
    'AlarmName',
    'AlarmTypes',
    'HistoryItemType',
    'StartDate',
    'EndDate',
    'MaxRecords',
    'NextToken',
    'ScanBy',
  ],
  run(parameters, { alarms, alarmLag, clock, omission, pageSize, time: written }) {
    if (choice(parameters, 'HistoryItemType', ['StateUpdate']) === undefined)
      throw invalid('The local cloud knows HistoryItemType StateUpdate only, and it must be asked for.');
    const now = clock.now();
    const start = time(parameters, 'StartDate') ?? 0;
    const end = time(parameters, 'EndDate') ?? now;
    const asked = text(parameters, 'AlarmName');
    const names = asked === undefined ? alarms.list().map(({ name }) => name) : [asked];
    const types = texts(parameters, 'AlarmTypes') ?? ['MetricAlarm'];
    const visible = now - drawn(alarmLag);
    const all = types.includes('MetricAlarm') ? names.flatMap((name) => changesOf(alarms.history(name, visible))) : [];
    const found = all
      .filter(({ to }) => to.updatedAt >= start && to.updatedAt <= end)
      .sort((one, other) => one.to.updatedAt - other.to.updatedAt);
    const ascending =
      choice(parameters, 'ScanBy', ['TimestampDescending', 'TimestampAscending']) === 'TimestampAscending';
    const ordered = ascending ? found : found.reverse();
    const shown = withOmission(ordered, omission, ({ to }) => to.name);
    const most = { parameter: 'MaxRecords', limit: 100, otherwise: 100 };
    const { rows, next } = paged(shown, parameters, pageSize, most);
    const AlarmHistoryItems = rows.map(({ from, to }) => ({
      AlarmName: to.name,
      AlarmType: 'MetricAlarm',
      Timestamp: written(to.updatedAt),
      HistoryItemType: 'StateUpdate',
      HistorySummary: `Alarm updated from ${from.state} to ${to.state}`,
      HistoryData: JSON.stringify({ version: '1.0', oldState: stateOf(from), newState: stateOf(to) }),
    }));
    return { body: { AlarmHistoryItems, NextToken: next }, result: `${rows.length} state changes` };
  },
};

interface Change {
  readonly from: AlarmRecord;
  readonly to: AlarmRecord;
}

function changesOf(states: readonly AlarmRecord[]): readonly Change[] {
  return states
    .slice(1)
    .map((to, index) => ({ from: states[index] ?? to, to }))
    .filter(({ from, to }) => from.state !== to.state);
}

function stateOf({ state, reason }: AlarmRecord): Readonly<Record<string, string>> {
  return { stateValue: state, stateReason: reason };
}
