import type { ServicePlan } from './plan.ts';
import type { TokenRing } from '../workspace/values.ts';

/** The service's block of `services:` in the chart's values: the one place that says how it runs. */
export const blockOf = ({ service, records, path }: ServicePlan, { ring, role }: TokenRing): string =>
  [
    `${service}:`,
    `  image: { repository: keyturn/${service} }`,
    `  rings: { ${ring}: ${role} }`,
    `  permissions: { user: [${records}:read, ${records}:write] }`,
    `  database: { name: keyturn_${service.replaceAll('-', '_')} }`,
    '  migrate: { args: [dist/migrate.js] }',
    '  routes:',
    `    - path: ${path}`,
    '      type: Regex',
  ].join('\n');
