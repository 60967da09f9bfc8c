import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import '../functions/support/quiet';
import { HOUR, MINUTE } from './field';
import { insights } from './insights';
import { dashboardOf } from './month/dashboard';
import { draw } from './month/draw';
import { type Change, Ledger, type Line, type Span, upsFor } from './month/ledger';
import { type Happened, type Month, playMonth, TWO_CHECKS } from './month/month';

jest.setTimeout(900_000);

const MOVED = ['FAILED_OVER', 'CLAIMED', 'DRILLED'];
const QUARTER_HOUR = 15 * MINUTE;

let month: Month;
let books: Ledger;

beforeAll(async () => {
  month = await playMonth();
  books = new Ledger(month);
});
afterAll(() => month.cloud.close());

const ids = (lines: readonly { readonly executionId: string }[]) => lines.map(({ executionId }) => executionId).sort();
const happened = (name: RegExp) => month.happened.filter(({ incident }) => name.test(incident.name));
const during = ({ from, to }: Happened, at: number) => at >= from && at <= to;
const changesOf = (execution: string) => books.changes.filter((change) => change.execution === execution);
const instanceOf = (networkInterfaceId: string | null | undefined) =>
  month.drivers.flatMap(({ nodes }) => nodes).find((node) => node.networkInterfaceId === networkInterfaceId)
    ?.instanceId;

/** The last of an execution's lines about its notice: what became of it in the end. */
function noticeOf({ executionId }: Line): Line | undefined {
  return books.notices.findLast((line) => line.executionId === executionId);
}

const lost = () => books.records.filter((record) => noticeOf(record)?.sent === false);
const tellsOfLoss = ({ findings = [] }: Line) => findings.some(({ code }) => code === 'NOTICE_LOST');

describe('the month', () => {
  test('has every incident, on both clusters, and ends well', () => {
    expect(month.happened.length).toBeGreaterThan(40);
    expect(new Set(month.happened.map(({ cluster }) => cluster))).toEqual(new Set(['mail', 'web']));
    expect(new Set(books.records.map(({ outcome }) => outcome))).toEqual(
      new Set([...MOVED, 'REHEARSED', 'NOTHING_TO_DO', 'FAILED', 'CHECKED']),
    );
    for (const { holder, other } of month.drivers)
      for (const { instanceId } of [holder, other])
        expect(month.cloud.world.view().instance(instanceId)?.state).toBe('running');
  });
});

describe('what moved and its record', () => {
  test('every change of an address is of an execution with a record that says to where; nothing that moved is missing', () => {
    const records = new Map(books.records.map((record) => [record.executionId, record]));
    const without: Change[] = [];
    for (const change of books.changes) {
      const record = records.get(change.execution ?? '');
      if (record === undefined) without.push(change);
      else expect(MOVED).toContain(record.outcome);
    }
    // Allowed: what a person did with the CLI; and the execution that was cut off. What that began, a repair ended and recorded.
    const [byHand, cutOff] = [without.filter(({ execution }) => execution === null), without.filter(isCutOff)];
    expect(byHand).toHaveLength(happened(/^a person moves/).length);
    expect(cutOff).toHaveLength(happened(/cut off/).length);
    expect(without).toHaveLength(byHand.length + cutOff.length);
    for (const { to, address, at } of cutOff) {
      const next = books.changes.find((change) => change.address === address && change.at > at);
      expect(to).toBeNull();
      expect(records.get(next?.execution ?? '')).toMatchObject({ from: 'nobody', outcome: 'FAILED_OVER' });
    }
  });

  test('every record of a move is true: it begins where the address was, and ends where it is', () => {
    const still: Line[] = [];
    for (const record of books.records) {
      const changes = changesOf(record.executionId);
      if (!MOVED.includes(record.outcome)) {
        expect(changes).toEqual([]);
      } else if (changes.length === 0) {
        still.push(record);
      } else {
        expect(record.from).toBe(instanceOf(changes[0]?.from) ?? 'nobody');
        expect(record.to).toBe(instanceOf(changes.at(-1)?.to));
      }
    }
    // Allowed: one that lost the race to another execution of the same event, and says so.
    expect(still.map(({ silence }) => silence)).toEqual(happened(/comes twice/).map(() => 'OVERTAKEN'));
  });

  test('every execution that had something to say has one record, and no other has one', () => {
    expect(ids(books.records)).toEqual([...books.toldFrom.keys()].sort());
  });

  test('the saved query finds each of them but the checks that found nothing to do', () => {
    const [driver] = month.drivers;
    if (driver === undefined) throw new Error('There is no cluster.');
    const rows = insights(driver).map(({ executionId = '' }) => ({ executionId }));
    expect(ids(rows)).toEqual(ids(books.records.filter(({ outcome }) => outcome !== 'CHECKED')));
  });
});

describe('what was told', () => {
  test('every record that says so has a second one, about its notice; every notice reached the topic, or is lost', () => {
    for (const record of books.records) {
      const mails = books.mails.filter(({ text }) => text.includes(record.executionId));
      const notice = noticeOf(record);
      expect([record.executionId, notice?.sent !== undefined]).toEqual([record.executionId, record.told]);
      // Allowed: twice, where SNS took it and its answer was lost.
      const twice = happened(/^the answer of SNS is lost/).some((each) => during(each, record.at));
      expect(mails).toHaveLength(notice?.sent === true ? (twice ? 2 : 1) : 0);
      for (const { subject } of mails) expect(subject).toBe(notice?.subject);
    }
    const told = books.records.filter(({ executionId }) => books.mails.some(({ text }) => text.includes(executionId)));
    expect(books.mails).toHaveLength(told.length + happened(/^the answer of SNS is lost/).length);
  });

  test('a notice that was lost is told by the next check that can; no check tells of one that was not', () => {
    const tellers = books.records.filter((record) => tellsOfLoss(record) && noticeOf(record)?.sent === true);
    const told = new Set<string>();
    for (const record of lost()) {
      const teller = tellers.find(({ cluster, at }) => cluster === record.cluster && at > record.at);
      expect(teller?.mode).toBe('check');
      // The first check after SNS is back comes within an interval.
      expect((teller?.at ?? 0) - record.at).toBeLessThan(5 * HOUR);
      told.add(teller?.executionId ?? '');
    }
    expect(lost().length).toBeGreaterThan(4);
    expect([...told].sort()).toEqual(ids(tellers));
    for (const record of lost()) expect(happened(/^SNS is down/).some((each) => during(each, record.at))).toBe(true);
  });

  test('the chat got what the mail got, once', () => {
    const lines = books.sentChats;
    for (const record of books.records) {
      const chats = books.chats.filter(({ id }) => id === record.executionId);
      const wasSent = lines.some(({ executionId, sent }) => executionId === record.executionId && sent === true);
      expect(chats).toHaveLength(wasSent ? 1 : 0);
      for (const { title } of chats) expect(title).toBe(noticeOf(record)?.subject);
      if (wasSent) expect(record.told).toBe(true);
      // Allowed: lost, where SNS or the chat's topic was down.
      else if (record.told)
        expect(happened(/^SNS is down|^the chat/).some((each) => during(each, record.at))).toBe(true);
    }
    expect(books.chats.length).toBe(new Set(books.chats.map(({ id }) => id)).size);
  });

  test('every record is an event on the bus, once, that says the same', () => {
    const lines = books.sentEvents;
    for (const record of books.records) {
      const all = books.outcomes.filter(({ detail }) => detail.executionId === record.executionId);
      const events = all.filter(({ detail }) => detail.repetition !== true);
      // Allowed: marked as a repetition, where SNS was down and another instance of Notify tried again.
      expect(all.length - events.length).toBeLessThan(noticeOf(record)?.sent === false ? 4 : 1);
      const down = happened(/^the bus is down/).some((each) => during(each, record.at));
      // Allowed: lost, where the bus was down; a line and a metric say so.
      expect(events).toHaveLength(down ? 0 : 1);
      const line = lines.find(({ executionId }) => executionId === record.executionId);
      expect([line?.sent, line?.id]).toEqual(down ? [false, undefined] : [true, events[0]?.id]);
      for (const { detail } of events) expect(said(detail)).toEqual(said(record));
    }
    expect(new Set(books.outcomes.map(({ detail }) => detail.executionId)).size).toBe(
      books.records.length - happened(/^the bus is down/).length,
    );
    expect(books.eventsOf('metric').filter(({ name }) => name === 'EventLost')).toHaveLength(
      happened(/^the bus is down/).length,
    );
  });

  test('what programs or the chat missed is a finding of the next check of the cluster, and of none but those of three hours', () => {
    for (const [code, metric] of [
      ['EVENT_LOST', 'EventLost'],
      ['CHAT_LOST', 'ChatLost'],
    ] as const)
      for (const cluster of ['mail', 'web']) {
        const losses = books.metric(metric, cluster);
        const checks = books.records.filter((each) => each.mode === 'check' && each.cluster === cluster);
        const telling = checks.filter(({ findings = [] }) => findings.some((found) => found.code === code));
        for (const { at } of losses) expect(telling).toContain(checks.find((check) => check.at > at + MINUTE));
        for (const { at } of telling)
          expect(losses.some((loss) => at > loss.of && at - loss.of <= 3 * HOUR + MINUTE)).toBe(true);
      }
  });
});

describe('alarms and their causes', () => {
  test('ExecutionsFailed and ExecutionsAborted: as long after each as they say', () => {
    const failed = books.eventsOf('execution-failed');
    const others = failed.filter(({ error }) => error !== 'Aborted');
    expect(books.ups(/ExecutionsFailed/)).toEqual(upsFor(others, TWO_CHECKS));
    expect(books.ups(/ExecutionsAborted/)).toEqual(
      upsFor(
        failed.filter(({ error }) => error === 'Aborted'),
        QUARTER_HOUR,
      ),
    );
    expect(failed.filter(({ error }) => error === 'Aborted')).toHaveLength(happened(/cut off/).length);
  });

  test('NoticeFailed: where an attempt to tell failed, also where the next attempt made it good', () => {
    for (const cluster of ['mail', 'web']) {
      const attempts = books.notices.filter((line) => line.cluster === cluster && line.sent === false);
      const causes = attempts.map(({ at, executionId }) => ({ at, of: books.toldFrom.get(executionId) ?? at }));
      expect(books.ups(new RegExp(`${cluster}AlarmsNoticeFailed`))).toEqual(upsFor(causes, TWO_CHECKS));
    }
    const failures = [...books.eventsOf('state-retried'), ...books.eventsOf('state-caught')];
    expect(books.ups(/NoticeErrors/)).toEqual(
      upsFor(
        failures.filter(({ state }) => state.startsWith('Notify')),
        QUARTER_HOUR,
      ),
    );
  });

  test('NotReady: as long as a check or a failure says so, in the incidents that leave no standby, and in all of them', () => {
    const seen: Span[] = [];
    for (const cluster of ['mail', 'web']) {
      const ups = books.ups(new RegExp(`${cluster}AlarmsNotReady`));
      const bad = books.metric('Ready', cluster).filter(({ value }) => value === 0);
      expect(ups).toEqual(upsFor(bad, TWO_CHECKS));
      const unready = month.happened.filter((each) => each.cluster === cluster && each.incident.unready);
      for (const [from] of ups) expect(unready.some((each) => during(each, from))).toBe(true);
      for (const { incident, ...each } of unready)
        expect([incident.name, ups.some(([from, to]) => from <= each.to && to >= each.from)]).toEqual([
          incident.name,
          true,
        ]);
      seen.push(...ups);
    }
    expect(seen.length).toBeGreaterThan(10);
  });

  test('PausedTooLong: after 24 hours of the pause that was forgotten, until a check finds it gone', () => {
    const ups = books.ups(/PausedTooLong/);
    const pauses = happened(/^a pause that is forgotten/);
    expect(ups).toHaveLength(pauses.length);
    for (const [index, { from, to }] of pauses.entries()) {
      expect(ups[index]?.[0]).toBeGreaterThan(from + 23 * HOUR);
      expect(ups[index]?.[0]).toBeLessThan(from + 25 * HOUR + MINUTE);
      expect(ups[index]?.[1]).toBeGreaterThan(to);
      expect(ups[index]?.[1]).toBeLessThan(to + HOUR + 2 * MINUTE);
    }
  });

  test("a node's own alarm: where its host broke; and no other alarm went up", () => {
    const broken = happened(/host breaks/);
    const ups = books.ups(/Node\dFailed/);
    expect(ups).toHaveLength(broken.length);
    for (const [from] of ups) expect(broken.some((each) => during(each, from))).toBe(true);
    const known = /Executions(Failed|Aborted)|Notice(Failed|Errors)|NotReady|PausedTooLong|Node\dFailed/;
    expect(books.eventsOf('alarm').filter(({ name, to }) => to === 'ALARM' && !known.test(name))).toEqual([]);
  });

  test('every alarm that goes up is a mail, and NotReady also when it goes down, but where SNS was down', () => {
    const due = books
      .eventsOf('alarm')
      .filter(
        ({ name, to }) => (to === 'ALARM' && !/Node\dFailed/.test(name)) || (to === 'OK' && /NotReady/.test(name)),
      )
      .map(({ at, name, to: state }) => ({ at, name, state }));
    const struck = books
      .eventsOf('fault')
      .filter(({ what }) => what.endsWith('sns:Publish by service:cloudwatch.amazonaws.com'))
      .map(({ at }) => at);
    // One fault strikes one message; at one minute all are struck, or none is.
    expect(books.alarmMails).toEqual(due.filter(({ at }) => !struck.includes(at)));
    expect(struck).toEqual(due.filter(({ at }) => struck.includes(at)).map(({ at }) => at));
    for (const at of struck) expect(happened(/^SNS is down/).some((each) => during(each, at))).toBe(true);
  });
});

test('docs/pictures/dashboard.svg is the dashboard after the month (UPDATE_DOCS=1 draws it)', () => {
  const file = join(__dirname, '../../docs/pictures/dashboard.svg');
  const picture = draw(dashboardOf(month));
  if (process.env.UPDATE_DOCS === '1') {
    mkdirSync(join(file, '..'), { recursive: true });
    writeFileSync(file, picture);
  }
  expect(readFileSync(file, 'utf8') === picture).toBe(true);
});

function isCutOff({ execution }: Change): boolean {
  return books.eventsOf('execution-failed').some((event) => event.execution === execution && event.error === 'Aborted');
}

/** What an event on the bus and a line of the log both say; what is null in the one is left out in the other. */
function said({ outcome, cluster, mode, from, to, told, silence, findings }: Line) {
  const rest = { outcome, cluster, mode, from, to, told, silence, codes: findings?.map(({ code }) => code) };
  return Object.fromEntries(Object.entries(rest).filter(([, value]) => value != null));
}
