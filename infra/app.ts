import { relative } from 'node:path';
import { ConfigError } from './config';
import { summaryOf } from './summary';
import { synthesizeApp } from './synthesis';

/**
 * The CDK app of this repository. The command line starts it (see cdk.json); without it, `CDK_OUTDIR=DIRECTORY tsx
 * infra/app.ts` writes the same template, and context can be given as JSON in CDK_CONTEXT_JSON.
 */
function main(): void {
  const { stack, templateFile } = synthesizeApp();
  const summary = summaryOf(stack.failover.clusters, stack.stackName, relative('', templateFile));
  // Not to standard output, where `cdk synth` and `cdk list` write what programs read.
  process.stderr.write(`${summary}\n`);
}

try {
  main();
} catch (error) {
  // Whoever reads this corrects the configuration: the message says how, a stack trace would only hide it.
  if (!(error instanceof ConfigError)) throw error;
  process.stderr.write(`${error.message}\n`);
  // At once: an app that goes on would synthesize the part that it has.
  process.exit(1);
}
