import { eventIn, type HistoryEvent } from '../../../../cli/execution/events';
import { historyOf } from '../../../../cli/execution/states';
import { timelineOf } from '../../../../cli/report/timeline';
import { Pictures } from '../../../../local/demo/page/pictures';
import '../../../functions/support/quiet';
import { closeAll, givenACluster } from '../../../e2e/driver';

afterEach(closeAll);

test('each execution is drawn once, when it ends, as the report draws it from the same log', async () => {
  const driver = await givenACluster();
  const pictures = new Pictures();
  const drawn: string[] = [];
  const events: HistoryEvent[] = [];
  driver.cloud.timeline.listen((event) => {
    if (event.type !== 'log') return;
    const line = event.line.includes('"execution_arn"') ? eventIn(event.line) : null;
    if (line !== null) events.push(line);
    const picture = pictures.add(event.line);
    if (picture !== null) drawn.push(picture.svg);
  });
  driver.drill(driver.standby, '<b>bob</b>');
  await driver.settled();
  const history = historyOf(events);
  expect(history?.end).toBe('succeeded');
  expect(drawn).toEqual([history && timelineOf(history).text]);
  expect(drawn[0]).toMatch(/^<svg class="timeline" role="img" aria-label="Timeline: VerifyInstanceState /);
});
