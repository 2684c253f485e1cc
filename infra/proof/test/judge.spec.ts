import { describe, expect, it } from '@jest/globals';
import type { Entry } from '../src/ledger/entry.js';
import type { Fault } from '../src/ledger/fault.js';
import { againstRotation, judge, tally } from '../src/ledger/judge.js';

const entry = (change: Partial<Entry>): Entry => ({
  at: 1_000,
  latencyMs: 10,
  service: 'auth',
  operation: 'session.get',
  credential: 'c1',
  kid: '',
  status: 503,
  replica: '',
  outcome: 'unavailable',
  detail: '',
  ...change,
});

const killed: Fault = { name: 'auth-1 killed', kind: 'process', target: 'auth-1', from: 900, until: 1_100 };
const outage: Fault = { name: 'auth down', kind: 'service', target: 'auth', from: 900, until: 1_100 };
const database: Fault = { name: 'database restarted', kind: 'database', target: 'postgres', from: 900, until: 1_100 };
const operator: Fault = { name: 'operator killed', kind: 'operator', target: 'operator', from: 900, until: 1_100 };

const owed = (fault: Fault, change: Partial<Entry>): boolean => againstRotation(judge([entry(change)], [fault])) === 0;

describe('a failure is owed to a fault', () => {
  it('when nobody answered for the service of a process that was down', () => {
    expect(owed(killed, { status: 0 })).toBe(true);
    expect(owed(killed, { status: 502 })).toBe(true);
    expect(owed(killed, { status: 503, replica: 'auth-1' })).toBe(true);
  });

  it('when its request had begun before the fault and was cut by it', () => {
    expect(owed(killed, { at: 500, latencyMs: 450, status: 0 })).toBe(true);
  });

  it('when every process of its service was down, whoever answered for them', () => {
    expect(owed(outage, { status: 502 })).toBe(true);
  });

  it('when a process answered 503 while its database was down', () => {
    expect(owed(database, { replica: 'tasks-1', service: 'tasks' })).toBe(true);
  });
});

describe('a failure counts against the rotation', () => {
  it('before the fault and after it', () => {
    expect(owed(killed, { at: 800, latencyMs: 50, status: 0 })).toBe(false);
    expect(owed(killed, { at: 1_101, status: 0 })).toBe(false);
  });

  it('when another process than the one that was down gave the bad answer', () => {
    expect(owed(killed, { replica: 'auth-2' })).toBe(false);
  });

  it('when it was for another service than the one that was down', () => {
    expect(owed(killed, { service: 'tasks', status: 502 })).toBe(false);
    expect(owed(outage, { service: 'tasks', replica: 'tasks-1' })).toBe(false);
  });

  it('when it is of another kind than the fault: a 500, a wrong body', () => {
    expect(owed(outage, { status: 500, outcome: 'unexpected' })).toBe(false);
    expect(owed(database, { status: 500, outcome: 'unexpected', replica: 'auth-1' })).toBe(false);
    expect(owed(database, { status: 0 })).toBe(false);
  });

  it('when only the operator was down, which serves no user', () => {
    expect(owed(operator, { status: 503 })).toBe(false);
  });

  it('when it is a logout, whatever fault was running', () => {
    const verdict = judge([entry({ status: 401, outcome: 'logout' })], [killed, outage, database, operator]);
    expect(verdict.logouts).toHaveLength(1);
    expect(verdict.owedToFaults.every(({ failures }) => failures === 0)).toBe(true);
  });
});

describe('a verdict', () => {
  it('counts apart what had ended by itself before its answer came', () => {
    const verdict = judge([entry({ outcome: 'late', status: 200 })], []);
    expect(verdict.late).toBe(1);
    expect(againstRotation(verdict)).toBe(0);
  });

  it('takes the refusal of a revoked key for what was asked, from the command on and for that key alone', () => {
    const refusal = entry({ status: 401, outcome: 'logout', kid: 'leaked', at: 2_000 });
    expect(judge([refusal], [], [{ kid: 'leaked', at: 1_990 }])).toMatchObject({ revoked: 1, logouts: [] });
    expect(judge([refusal], [], [{ kid: 'leaked', at: 2_100 }]).logouts).toEqual([refusal]);
    expect(judge([refusal], [], [{ kid: 'other', at: 1_990 }]).logouts).toEqual([refusal]);
  });

  it('counts a success with a revoked key against the rotation once everybody was said to refuse it', () => {
    const success = entry({ status: 200, outcome: 'ok', kid: 'leaked', at: 2_000 });
    const after = (refusedAt?: number) =>
      againstRotation(judge([success], [], [{ kid: 'leaked', at: 1_000, ...(refusedAt && { refusedAt }) }]));
    expect([after(), after(2_001), after(1_999)]).toEqual([0, 0, 1]);
    expect(againstRotation(judge([success], [], [{ kid: 'other', at: 1_000, refusedAt: 1_500 }]))).toBe(0);
  });

  it('counts each failure once, under the first fault that explains it, by operation and status', () => {
    const { owedToFaults } = judge([entry({}), entry({}), entry({ status: 0 })], [outage, killed]);
    expect(owedToFaults.map(({ failures }) => failures)).toEqual([3, 0]);
    expect(owedToFaults[0]?.by).toEqual({ 'session.get 503': 2, 'session.get 0': 1 });
  });

  it('leaves entries that ended well alone', () => {
    const verdict = judge([entry({ outcome: 'ok', status: 200 })], []);
    expect(againstRotation(verdict)).toBe(0);
  });

  it('tallies failures by what they have in common, the most frequent first', () => {
    const entries = [entry({ detail: 'a' }), entry({ detail: 'b' }), entry({ detail: 'b' })];
    expect(Object.entries(tally(entries, ({ detail }) => detail))).toEqual([
      ['b', 2],
      ['a', 1],
    ]);
  });
});
