import type { ConditionReason } from '../records/index.js';

/** What the engine reports while it works: for logs, metrics, and tests that stop it at a certain point. */
export type EngineEvent =
  | { readonly event: 'ring-created'; readonly ring: string; readonly generation: number }
  | { readonly event: 'truth-read'; readonly ring: string; readonly generation: number }
  | { readonly event: 'projected' | 'listed' | 'asked'; readonly ring: string; readonly generation: number }
  | { readonly event: 'step-planned'; readonly ring: string; readonly step: string; readonly generation: number }
  | {
      readonly event: 'step-written';
      readonly ring: string;
      readonly step: string;
      readonly generation: number;
      readonly kids: readonly string[];
    }
  | {
      readonly event: 'ring-recovered';
      readonly ring: string;
      readonly generation: number;
      readonly lostKids: readonly string[];
    }
  | { readonly event: 'conflict'; readonly ring: string; readonly generation: number }
  | {
      readonly event: 'run-ended';
      readonly ring: string;
      readonly run: string;
      readonly phase: string;
      readonly tookMs: number;
    }
  | {
      readonly event: 'reported';
      readonly ring: string;
      readonly generation: number;
      /** Consumers that have not proved this generation. */
      readonly lagging: number;
      /** Why nothing goes on; undefined = it does. */
      readonly stalled: ConditionReason | undefined;
      /** Epoch ms at which the schedule replaces the key; null = no schedule, it is paused, or nobody signs. */
      readonly nextRotation: number | null;
      readonly intervalMs: number | null;
    }
  | { readonly event: 'request-taken'; readonly ring: string; readonly run: string; readonly phase: string }
  | { readonly event: 'trouble'; readonly ring: string; readonly reason: string; readonly message: string };

/** May return a promise; the engine waits for it before it goes on. */
export type EngineObserver = (event: EngineEvent) => void | Promise<void>;
