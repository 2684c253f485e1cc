import { fileURLToPath } from 'node:url';
import type { NextConfig } from 'next';
import createNextIntlPlugin from 'next-intl/plugin';
import { FILE_HEADERS } from './src/security/headers';

const workspace = fileURLToPath(new URL('../../', import.meta.url));

const configuration: NextConfig = {
  output: 'standalone',
  outputFileTracingRoot: workspace,
  turbopack: { root: workspace },
  poweredByHeader: false,
  // The proxy sees pages only. Of what is no page, an answer that is none can still be HTML.
  headers: async () => [
    { source: '/:path*', headers: Object.entries(FILE_HEADERS).map(([key, value]) => ({ key, value })) },
    {
      source: '/_next/:path*',
      headers: [{ key: 'content-security-policy', value: "default-src 'none'; frame-ancestors 'none'" }],
    },
  ],
  agentRules: false,
  // `tsc -b` at the root checks them, with everything else.
  typescript: { ignoreBuildErrors: true },
};

export default createNextIntlPlugin('./src/i18n/request.ts')(configuration);
