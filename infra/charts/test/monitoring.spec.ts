import { describe, expect, it } from '@jest/globals';
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { CHART, helmTest, type KubeObject, objectNamed, renderSet } from './support/helm.js';

const ROOT = join(CHART, '../..');
const read = (path: string): string => readFileSync(join(ROOT, path), 'utf8');

interface Rules extends KubeObject {
  readonly spec: {
    readonly groups: readonly {
      readonly rules: readonly {
        readonly alert: string;
        readonly expr: string;
        readonly annotations: Readonly<Record<string, string>>;
      }[];
    }[];
  };
}

interface Dashboard {
  readonly panels: readonly { readonly id: number; readonly type: string; readonly title: string }[];
}

describe('alerts and dashboard', () => {
  it('ask for metrics that a program gives, by labels that it has', () => {
    const sources = globSync('{services,operator}/**/src/**/*.ts', { cwd: ROOT, exclude: ['**/node_modules/**'] });
    const given = sources.map(read).join('\n');
    const files = ['alerts.yaml', 'dashboard.json', 'dashboard-service.json'];
    const asked = files.map((file) => read(`charts/keyturn/files/${file}`)).join('\n');
    const names = new Set(asked.match(/\b(keyturn|http_server)_[a-z_]+(?=[{\\])/g));
    expect(names.size).toBeGreaterThan(8);
    expect([...names].filter((name) => !given.includes(`'${name.replace(/_(bucket|count)$/, '')}'`))).toEqual([]);
  });

  helmTest('lead from each alert to its page, and look at this release alone', async () => {
    const rules = objectNamed<Rules>(await renderSet('production'), 'PrometheusRule', 'keyturn').spec.groups[0]?.rules;
    const pages = new Set([...read('docs/operations/alerts.md').matchAll(/^## (\w+)$/gm)].map(([, name]) => name));
    expect(new Set(rules?.map(({ alert }) => alert))).toEqual(pages);
    for (const { alert, annotations, expr } of rules ?? []) {
      expect(annotations.runbook_url).toBe(`https://runbooks.example.test/keyturn#${alert.toLowerCase()}`);
      expect(expr).toContain('namespace="platform"');
    }
  });

  helmTest('name no page where nobody says at which address it is', async () => {
    const objects = await renderSet('minimal', '--set', 'monitoring.prometheusRule.enabled=true');
    const [group] = objectNamed<Rules>(objects, 'PrometheusRule', 'keyturn').spec.groups;
    expect(group?.rules.map(({ annotations }) => Object.keys(annotations))).toEqual(
      group?.rules.map(() => ['summary']),
    );
  });

  helmTest('find what the chart makes: metrics ports, and a dashboard with a row for each service', async () => {
    const objects = await renderSet('production');
    const monitor = objectNamed<KubeObject & { spec: { selector: { matchLabels: Record<string, string> } } }>(
      objects,
      'ServiceMonitor',
      'keyturn',
    );
    const wanted = Object.entries(monitor.spec.selector.matchLabels);
    const found = objects.filter(
      ({ kind, metadata }) => kind === 'Service' && wanted.every(([key, value]) => metadata.labels?.[key] === value),
    );
    expect(found.map(({ metadata }) => metadata.name).sort()).toEqual([
      'keyturn-auth-internal',
      'keyturn-operator',
      'keyturn-reports-internal',
      'keyturn-tasks-internal',
      'keyturn-webhooks-internal',
    ]);
    const { data } = objectNamed<KubeObject & { data: Record<string, string> }>(
      objects,
      'ConfigMap',
      'keyturn-dashboard',
    );
    const { panels, ...rest } = JSON.parse(data['keyturn.json'] ?? '') as Dashboard;
    const { panels: platform, ...ofPlatform } = JSON.parse(read('charts/keyturn/files/dashboard.json')) as Dashboard;
    expect([rest, panels.slice(0, platform.length)]).toEqual([ofPlatform, platform]);
    const rows = panels.slice(platform.length);
    expect(rows.filter(({ type }) => type === 'row').map(({ title }) => title)).toEqual([
      'reports',
      'tasks',
      'webhooks',
    ]);
    expect(JSON.stringify(rows)).toContain('service=\\"keyturn-webhooks-internal\\"');
    expect(JSON.stringify(panels)).not.toMatch(/%(name|metrics)%/);
    expect(new Set(panels.map(({ id }) => id)).size).toBe(panels.length);
  });
});
