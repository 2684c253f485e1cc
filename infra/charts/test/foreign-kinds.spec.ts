import { describe, expect } from '@jest/globals';
import { z } from 'zod';
import { helmTest, type KubeObject, objectNamed, render, renderSet } from './support/helm.js';

/** Fields of HTTPRoute (gateway.networking.k8s.io/v1) that the chart uses, with their rules in the Gateway API's reference. */
const HTTP_ROUTE = z.strictObject({
  parentRefs: z
    .array(z.strictObject({ name: z.string().min(1), namespace: z.string().optional() }))
    .min(1)
    .max(32),
  hostnames: z
    .array(z.string().regex(/^(\*\.)?[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/))
    .max(16),
  rules: z
    .array(
      z.strictObject({
        matches: z
          .array(
            z.strictObject({
              path: z.strictObject({
                type: z.enum(['Exact', 'PathPrefix', 'RegularExpression']),
                value: z.string().startsWith('/').max(1024),
              }),
            }),
          )
          .max(64),
        backendRefs: z
          .array(z.strictObject({ name: z.string().max(253), port: z.int().min(1).max(65_535) }))
          .min(1)
          .max(16),
      }),
    )
    .max(16),
});

const DURATION = z
  .string()
  .regex(/^(0|(([0-9]+)y)?(([0-9]+)w)?(([0-9]+)d)?(([0-9]+)h)?(([0-9]+)m)?(([0-9]+)s)?(([0-9]+)ms)?)$/);
const TEXTS = z.record(z.string(), z.string());

/** The same of ServiceMonitor and PrometheusRule (monitoring.coreos.com/v1), by the Prometheus operator's reference. */
const SERVICE_MONITOR = z.strictObject({
  selector: z.strictObject({ matchLabels: TEXTS }),
  endpoints: z.array(z.strictObject({ port: z.string(), path: z.string().startsWith('/'), interval: DURATION })).min(1),
});
const PROMETHEUS_RULE = z.strictObject({
  groups: z.array(
    z.strictObject({
      name: z.string().min(1),
      rules: z.array(
        z.strictObject({ alert: z.string(), expr: z.string(), for: DURATION, labels: TEXTS, annotations: TEXTS }),
      ),
    }),
  ),
});

const KINDS = {
  HTTPRoute: ['gateway.networking.k8s.io/v1', HTTP_ROUTE],
  ServiceMonitor: ['monitoring.coreos.com/v1', SERVICE_MONITOR],
  PrometheusRule: ['monitoring.coreos.com/v1', PROMETHEUS_RULE],
} as const;

interface Service extends KubeObject {
  readonly spec: { readonly ports: readonly { readonly name: string; readonly port: number }[] };
}

/**
 * Objects of other projects' kinds: their definitions are not in the cluster of `api-server.spec.ts`, so no API server judges them
 * here. What it would refuse first, a field that is misspelt or a value that cannot be, is held by what their references say.
 */
describe('objects whose definitions are of other projects', () => {
  for (const [kind, [apiVersion, schema]] of Object.entries(KINDS)) {
    helmTest(`have the fields that its reference knows: ${kind}`, async () => {
      const object = objectNamed<KubeObject & { spec: unknown }>(await renderSet('production'), kind, 'keyturn');
      expect(object.apiVersion).toBe(apiVersion);
      expect(schema.safeParse(object.spec).error?.issues ?? []).toEqual([]);
    });
  }

  helmTest('are as many as there have to be: twenty services take two HTTPRoutes', async () => {
    const names = Array.from({ length: 20 }, (_, n) => `svc-${n}`);
    const blocks = names.map((name) => `services.${name}.image.repository=x,services.${name}.routes[0].path=/${name}`);
    const settings = ['httpRoute.enabled=true', 'httpRoute.parentRefs[0].name=public', ...blocks];
    const objects = await render(...settings.flatMap((setting) => ['--set', setting]));
    const routes = objects.filter(({ kind }) => kind === 'HTTPRoute') as (KubeObject & { spec: unknown })[];
    expect(routes.map(({ metadata }) => metadata.name)).toEqual(['keyturn', 'keyturn-2']);
    for (const { spec } of routes) expect(HTTP_ROUTE.safeParse(spec).error?.issues ?? []).toEqual([]);
    const text = JSON.stringify(routes);
    for (const name of [...names, 'auth', 'tasks', 'web']) expect(text).toContain(`"keyturn-${name}"`);
  });

  helmTest('lead to Services by ports that these have, as the Ingress does', async () => {
    const ports = 'services.tasks.service.port=8000,auth.service.port=8001';
    const routes = 'httpRoute.enabled=true,httpRoute.parentRefs[0].name=public,ingress.enabled=true';
    const objects = await render('--set', `${ports},${routes}`);
    const { spec: route } = objectNamed<KubeObject & { spec: z.infer<typeof HTTP_ROUTE> }>(
      objects,
      'HTTPRoute',
      'keyturn',
    );
    const led = route.rules.flatMap(({ backendRefs }) => backendRefs);
    expect(led.length).toBeGreaterThan(2);
    const portsOf = (name: string) => objectNamed<Service>(objects, 'Service', name).spec.ports;
    for (const { name, port } of led) expect(portsOf(name)).toContainEqual(expect.objectContaining({ port }));
    const ingress = JSON.stringify(objectNamed(objects, 'Ingress', 'keyturn'));
    const behind = [...ingress.matchAll(/"service":\{"name":"([^"]+)","port":\{"name":"(\w+)"/g)];
    expect(new Set(behind.map(([, name]) => name))).toEqual(new Set(led.map(({ name }) => name)));
    for (const [, service = '', name] of behind)
      expect(portsOf(service)).toContainEqual(expect.objectContaining({ name }));
  });
});
