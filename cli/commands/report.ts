import { writeFileSync } from 'node:fs';
import { collectExecution, collectPeriod } from '../collect/report';
import { type CommandDefinition, optionOf } from '../command';
import { EXIT, Problem, UsageError } from '../errors';
import { Progress } from '../output/progress';
import { TIME_FORMS } from '../output/time';
import { periodOf } from '../period';
import { gapsIn, pageOf } from '../report/page';

const DEFAULT_SINCE = '90d';
const EXECUTION_ARN = /^arn:[\w-]+:states:[\w-]+:\d{12}:express:[\w-]+:[^:"\\\s]+:[\w-]+$/;

export const report: CommandDefinition = {
  name: 'report',
  summary: 'one file for the auditor: every move and drill of a period, with proof, and what is missing',
  define: (command) =>
    command
      .requiredOption(
        '-o, --output <file>',
        'the HTML file to write, - for standard output; it needs no network and can be printed',
      )
      .option('--since <time>', TIME_FORMS, DEFAULT_SINCE)
      .option('--until <time>', 'the same; without it until now')
      .option('--execution <arn>', 'one execution only, looked for in that time'),
  examples: [
    ['vip-failover report --since 2026-01-01 --until 2027-01-01 -o 2026.html', "last year's drills, to be filed"],
    ['vip-failover report --execution arn:aws:states:… -o night.html', 'all of one execution'],
  ],
  run: async (session) => {
    const { clients, terminal } = session;
    const file = optionOf(session, 'output') ?? '';
    const executionArn = optionOf(session, 'execution');
    if (executionArn !== undefined && !EXECUTION_ARN.test(executionArn))
      throw new UsageError(
        `${executionArn} is no ARN of an Express execution: arn:aws:states:REGION:ACCOUNT:express:…`,
      );
    const period = periodOf(session, DEFAULT_SINCE);
    const deployment = await session.deployment();
    const bar = new Progress(terminal, 'Reading the logs');
    const progress = (part: number, found: number) => bar.reach(part, found);
    const collection = { clients, deployment, period, now: session.now(), progress };
    const found =
      executionArn === undefined ? await collectPeriod(collection) : await collectExecution(collection, executionArn);
    bar.end();
    const page = pageOf(found);
    const missing = gapsIn(found);
    const gaps = missing === 0 ? '' : `; ${missing} executions are NOT ACCOUNTED FOR`;
    const sum = `${found.entries.length} outcomes${gaps}\n`;
    if (file === '-') {
      await terminal.write(page);
      terminal.tell(sum);
    } else {
      save(file, page);
      await terminal.write(`${file}: ${sum}`);
    }
    for (const text of found.notKnown) terminal.tell(`Not known: ${text}\n`);
    return missing === 0 ? EXIT.OK : EXIT.WRONG;
  },
};

function save(file: string, page: string): void {
  try {
    writeFileSync(file, page);
  } catch (error) {
    throw new Problem(`${file} cannot be written: ${error instanceof Error ? error.message : String(error)}`);
  }
}
