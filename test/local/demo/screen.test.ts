import { Screen } from '../../../local/demo/screen';
import type { Summary } from '../../../local/demo/summary';

const MOVED: Summary = {
  from: 'eni-1',
  to: 'eni-2',
  darkTime: 100,
  outage: 900,
  addresses: [{ address: '10.0.0.5', on: 'i-2 (running)' }],
  moves: 1,
  apiCalls: 12,
  notices: 1,
  alarms: 0,
};

function lastLine(changes: Partial<Summary>): string | undefined {
  let text = '';
  const write = (more: string) => {
    text += more;
    return true;
  };
  new Screen({ write, colour: false, began: 0 }).summary({ ...MOVED, ...changes }, [], true);
  return text.trimEnd().split('\n').at(-1);
}

test.each<[string, Partial<Summary>, string]>([
  ['a move', {}, 'The addresses moved: 10.0.0.5 is on i-2 (running); people were told once. PASS'],
  [
    'there and back',
    { to: 'eni-1', moves: 2, notices: 2 },
    'The addresses moved, and came back: 10.0.0.5 is on i-2 (running); people were told 2 times. PASS',
  ],
  [
    'nothing',
    { to: 'eni-1', moves: 0, notices: 0 },
    'Nothing moved: 10.0.0.5 is on i-2 (running); nobody was told. PASS',
  ],
  [
    'a notice that could not be sent',
    { notices: 0, alarms: 2 },
    'The addresses moved: 10.0.0.5 is on i-2 (running); an alarm told people. PASS',
  ],
])('the last line says what happened: %s', (_what, changes, line) => {
  expect(lastLine(changes)).toBe(line);
});
