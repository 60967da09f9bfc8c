import { Alarms } from '../../local/emulator/cloudwatch/alarms';
import { Metrics } from '../../local/emulator/cloudwatch/metrics';
import { VirtualClock } from '../../local/emulator/kernel/clock';
import { Timeline } from '../../local/emulator/kernel/timeline';
import { Template } from '../../local/emulator/template/template';
import { cluster, templateOf } from './support';

const body = templateOf({ clusters: [cluster('mail', 1), cluster('db', 11)] }).template.toJSON();
const MINUTE = 60_000;

/** CloudWatch with the alarms of a stack, evaluated each minute, and what became of one of them, by minutes. */
async function statesOf(
  alarm: string,
  metric: { name: string; cluster: string },
  points: Readonly<Record<number, number>>,
) {
  const clock = new VirtualClock();
  const timeline = new Timeline(() => clock.now());
  // Data points are seen a minute after they were written.
  const metrics = new Metrics(clock, MINUTE);
  const alarms = new Alarms({
    template: new Template('VipFailover.template.json', body, new Map(), {}),
    foreignNames: [],
    clock,
    timeline,
    metrics,
    put: (event) => ({ ...event, version: '0', id: '', account: '', time: '', region: '' }),
    publish: () => undefined,
  });
  const start = clock.now();
  for (let minute = 0; minute <= 120; minute += 1) {
    const now = start + minute * MINUTE;
    clock.setTimeout(() => undefined, now - clock.now());
    await clock.run(() => clock.now() === now);
    const value = points[minute];
    const { name, cluster: Cluster } = metric;
    if (value !== undefined) metrics.add({ namespace: 'VipFailover', name, dimensions: { Cluster } }, value);
    alarms.evaluate();
  }
  return timeline.events.flatMap((event) =>
    event.type === 'alarm' && event.name.includes(alarm) ? [[(event.at - start) / MINUTE, event.to]] : [],
  );
}

/** What a check every five minutes writes: ready, but for some minutes. */
function checks(others: Readonly<Record<number, number | undefined>>): Record<number, number> {
  const minutes = Array.from({ length: 25 }, (_, index) => 5 * index);
  return Object.fromEntries(
    minutes.flatMap((minute) => {
      const value = minute in others ? others[minute] : 1;
      return value === undefined ? [] : [[minute, value]];
    }),
  );
}

const READY = { name: 'Ready', cluster: 'mail' };

describe('NotReady', () => {
  test('is down while checks are good, also when one is missing', async () => {
    expect(await statesOf('mailAlarmsNotReady', READY, checks({ 40: undefined, 60: undefined }))).toEqual([[0, 'OK']]);
  });

  test('goes up when one check says so, and down when it is out of the window', async () => {
    expect(await statesOf('mailAlarmsNotReady', READY, checks({ 40: 0 }))).toEqual([
      [0, 'OK'],
      [41, 'ALARM'],
      [52, 'OK'],
    ]);
  });

  test('goes up when two checks are missing, and down with the next good one', async () => {
    expect(
      await statesOf('mailAlarmsNotReady', READY, checks({ 40: undefined, 45: undefined, 50: undefined })),
    ).toEqual([
      [0, 'OK'],
      [47, 'ALARM'],
      [56, 'OK'],
    ]);
  });

  test('stays up once while checks go on to say so', async () => {
    const bad = Object.fromEntries([40, 45, 50, 55, 60].map((minute) => [minute, 0]));
    expect(await statesOf('mailAlarmsNotReady', READY, checks(bad))).toEqual([
      [0, 'OK'],
      [41, 'ALARM'],
      [72, 'OK'],
    ]);
  });
});

describe('NoticeFailed', () => {
  test('goes up when a notice could not be sent, and is free for the next one after a quarter of an hour', async () => {
    const told = { 10: 1, 30: 0, 50: 0 };
    expect(await statesOf('mailAlarmsNoticeFailed', { name: 'Told', cluster: 'mail' }, told)).toEqual([
      [0, 'OK'],
      [31, 'ALARM'],
      [45, 'OK'],
      [51, 'ALARM'],
      [65, 'OK'],
    ]);
  });

  test('D11: of one cluster says nothing of another one', async () => {
    expect(await statesOf('dbAlarmsNoticeFailed', { name: 'Told', cluster: 'mail' }, { 30: 0 })).toEqual([[0, 'OK']]);
  });
});
