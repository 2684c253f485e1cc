import type { RingSettings } from './document.js';
import { formatDuration } from './duration.js';
import type { Fields } from './fields.js';

/** Settings on the wire: durations as text, without the suffix `Ms`. `rotationInterval` is null for "on request only". */
export const readSettings = (settings: Fields): RingSettings => ({
  maxCredentialLifetimeMs: settings.duration('maxCredentialLifetime', 1),
  clockSkewMs: settings.duration('clockSkew'),
  clockErrorMs: settings.duration('clockError'),
  issuerLeaseMs: settings.duration('issuerLease', 1),
  restartGraceMs: settings.duration('restartGrace', 1),
  ...(settings.has('longestRestartGrace') && {
    longestRestartGraceMs: settings.duration('longestRestartGrace', 1),
  }),
  hardLimitMs: settings.duration('hardLimit', 1),
  maxLiveKeys: settings.integer('maxLiveKeys', 2, 1000),
  stalledAfterMs: settings.duration('stalledAfter', 1),
  rotationIntervalMs: settings.raw('rotationInterval') === null ? null : settings.duration('rotationInterval', 1),
  paused: settings.flag('paused'),
  encryptsData: settings.flag('encryptsData'),
});

export const writeSettings = (settings: RingSettings): Record<string, unknown> => ({
  maxCredentialLifetime: formatDuration(settings.maxCredentialLifetimeMs),
  clockSkew: formatDuration(settings.clockSkewMs),
  clockError: formatDuration(settings.clockErrorMs),
  issuerLease: formatDuration(settings.issuerLeaseMs),
  restartGrace: formatDuration(settings.restartGraceMs),
  ...(settings.longestRestartGraceMs !== undefined && {
    longestRestartGrace: formatDuration(settings.longestRestartGraceMs),
  }),
  hardLimit: formatDuration(settings.hardLimitMs),
  maxLiveKeys: settings.maxLiveKeys,
  stalledAfter: formatDuration(settings.stalledAfterMs),
  rotationInterval: settings.rotationIntervalMs === null ? null : formatDuration(settings.rotationIntervalMs),
  paused: settings.paused,
  encryptsData: settings.encryptsData,
});
