import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { configSchema } from './config-schema';
import { packageRoot } from './package-root';

/** The JSON Schema of a configuration, for editors: completion, descriptions, and red lines under what is wrong. */
export function configJsonSchema(): object {
  return { title: 'Virtual-IP failover', ...z.toJSONSchema(configSchema, { io: 'input' }) };
}

export const CONFIG_JSON_SCHEMA_FILE = join(packageRoot, 'config.schema.json');

export function configJsonSchemaText(): string {
  return `${JSON.stringify(configJsonSchema(), null, 2)}\n`;
}

if (require.main === module) writeFileSync(CONFIG_JSON_SCHEMA_FILE, configJsonSchemaText());
