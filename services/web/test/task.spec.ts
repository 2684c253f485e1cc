import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { filterOf, listPath, matches, queryOf, SHOWN } from '../src/tasks/task';

const filter = fc.record({ shown: fc.constantFrom(...SHOWN), search: fc.string() });

describe('a filter of tasks', () => {
  it('survives a reload: the address brings it back', () => {
    fc.assert(fc.property(filter, (one) => expect(filterOf(new URLSearchParams(queryOf(one)))).toEqual(one)));
  });

  it('asks the service for what it shows', () => {
    expect(listPath('u/1', { shown: 'open', search: ' a&b ' }, 'c=')).toBe(
      '/api/u%2F1/tasks?limit=20&completed=false&search=a%26b&cursor=c%3D',
    );
    const task = { id: '1', title: 'Write', description: 'the PROOF', completed: false, createdAt: '', updatedAt: '' };
    expect(matches(task, { shown: 'open', search: 'proof' })).toBe(true);
    expect(matches(task, { shown: 'done', search: '' })).toBe(false);
  });
});
