import { Progress } from '../../../cli/output/progress';

function shownOn(interactive: boolean, use: (progress: Progress) => void): string[] {
  const shown: string[] = [];
  use(new Progress({ interactive, tell: (text) => shown.push(text) }, 'Reading the log'));
  return shown;
}

test('a bar that grows on its own line, and is taken away', () => {
  const shown = shownOn(true, (progress) => {
    progress.reach(0.25, 10);
    progress.reach(0.5, 20);
    progress.reach(1, 30);
    progress.end();
  });
  expect(shown).toEqual([
    '\r\u001b[KReading the log [######..................] 25 %, 10 found',
    '\r\u001b[KReading the log [############............] 50 %, 20 found',
    '\r\u001b[KReading the log [########################] 100 %, 30 found',
    '\r\u001b[K',
  ]);
});

test('where nobody watches, nothing is written', () => {
  expect(shownOn(false, (progress) => progress.reach(0.5, 1))).toEqual([]);
});
