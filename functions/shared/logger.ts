import { Logger } from '@aws-lambda-powertools/logger';

/** One JSON line an entry; `handler` (handler.ts) adds the execution's ID, the cluster and the mode to every line. */
export const logger = new Logger();
