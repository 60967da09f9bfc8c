import { z } from 'zod';
import { brokenRules } from './config-rules';
import { type Config, configSchema, IS_MISSING } from './config-schema';
import { didYouMean } from './did-you-mean';
import type { Problem } from './duplicates';
import { DEFAULT_LIMITS, type Limits } from './limits';

/** A configuration that cannot be deployed. The message lists every problem: where, what was found, what is allowed. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';

  constructor(readonly problems: readonly string[]) {
    const count = problems.length === 1 ? 'a problem' : `${problems.length} problems`;
    super(`The failover configuration has ${count}:\n${problems.map((problem) => `  - ${problem}`).join('\n')}`);
  }
}

/**
 * Checks a configuration and fills in its defaults.
 *
 * @param config what a person or a program wrote: the value of `context.failover`, of a configuration file, or the
 *   construct's properties; CDK tokens are accepted for IDs
 * @param region where the stack goes to, where that is known
 * @throws {ConfigError} with all problems at once
 */
export function parseConfig(config: unknown, limits: Limits = DEFAULT_LIMITS, region?: string): Config {
  const parsed = configSchema.safeParse(config);
  const problems = [
    ...(parsed.success ? [] : fieldProblems(parsed.error.issues)),
    ...brokenRules(config, limits, region),
  ];
  if (!parsed.success || problems.length > 0) {
    throw new ConfigError(problems.map(({ path, message }) => `${path || 'configuration'}: ${message}`));
  }
  return parsed.data;
}

type Issue = z.core.$ZodIssue;

/** Zod's issues as problems; of a union, the member that the value was meant to be speaks. */
function fieldProblems(issues: readonly Issue[], base: readonly PropertyKey[] = []): Problem[] {
  return issues.filter(isNotExplainedIn(issues)).flatMap((issue) => {
    const path = [...base, ...issue.path];
    const meant = issue.code === 'invalid_union' ? issue.errors.find(isMeant) : undefined;
    return meant ? fieldProblems(meant, path) : [{ path: z.core.toDotPath(path), message: issue.message }];
  });
}

/** A missing field needs no message where that of an unknown one beside it asks whether it was meant. */
function isNotExplainedIn(issues: readonly Issue[]): (issue: Issue) => boolean {
  const meant = new Set(
    issues.flatMap((unknown) => {
      if (unknown.code !== 'unrecognized_keys') return [];
      const fields = issues.filter((issue) => isMissing(issue) && isChildOf(issue, unknown));
      const names = fields.map(({ path }) => String(path.at(-1)));
      return unknown.keys.flatMap((key) => fields[names.indexOf(didYouMean(key, names) ?? '')] ?? []);
    }),
  );
  return (issue) => !meant.has(issue);
}

function isMissing({ message }: Issue): boolean {
  return message.startsWith(IS_MISSING);
}

function isChildOf({ path }: Issue, parent: Issue): boolean {
  return path.length === parent.path.length + 1 && parent.path.every((part, index) => part === path[index]);
}

/** Whether the value had the member's kind, so that what is wrong lies inside it. */
function isMeant(issues: readonly Issue[]): boolean {
  return issues.length > 0 && issues.every((issue) => issue.path.length > 0 || issue.code === 'unrecognized_keys');
}
