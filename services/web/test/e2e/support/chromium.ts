import { existsSync } from 'node:fs';
import { chromium } from 'playwright-core';

const PLACES = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'];

/** A Chromium of this machine, or the one of `npx playwright-core install chromium`; undefined: there is none. */
export const chromiumPath = (): string | undefined => [...PLACES, chromium.executablePath()].find(existsSync);

/** `describe` where there is a browser; elsewhere tests that are skipped and say why, which counts as failed in CI. */
export const needsBrowser =
  chromiumPath() === undefined ? 'skipped: no Chromium (npx playwright-core install chromium)' : undefined;
