export interface Task {
  readonly id: string;
  readonly title: string;
  readonly description?: string;
  readonly completed: boolean;
  readonly createdAt: string;
  readonly updatedAt: string;
}

export interface TaskPage {
  readonly items: readonly Task[];
  readonly nextCursor: string | null;
}

export const SHOWN = ['all', 'open', 'done'] as const;
export type Shown = (typeof SHOWN)[number];

/** What of the list is shown; kept in the address, so that it is the same after a reload. */
export interface TaskFilter {
  readonly shown: Shown;
  readonly search: string;
}

const COMPLETED: Readonly<Record<Shown, string | undefined>> = { all: undefined, open: 'false', done: 'true' };

export const filterOf = (query: URLSearchParams): TaskFilter => ({
  shown: SHOWN.find((one) => one === query.get('show')) ?? 'all',
  search: query.get('search') ?? '',
});

/** The address's form of a filter: `''` for everything, else `?…`. */
export const queryOf = ({ shown, search }: TaskFilter): string => {
  const query = new URLSearchParams({ ...(shown !== 'all' && { show: shown }), ...(search && { search }) }).toString();
  return query && `?${query}`;
};

/** Path of a page of the list. */
export const listPath = (userId: string, { shown, search }: TaskFilter, cursor?: string): string => {
  const completed = COMPLETED[shown];
  const query = new URLSearchParams({
    limit: '20',
    ...(completed !== undefined && { completed }),
    ...(search.trim() && { search: search.trim() }),
    ...(cursor && { cursor }),
  });
  return `${tasksPath(userId)}?${query}`;
};

export const tasksPath = (userId: string, id?: string): string =>
  `/api/${encodeURIComponent(userId)}/tasks${id === undefined ? '' : `/${encodeURIComponent(id)}`}`;

/** Whether a task belongs into the list that is shown. */
export const matches = (task: Task, { shown, search }: TaskFilter): boolean =>
  (shown === 'all' || task.completed === (shown === 'done')) &&
  `${task.title}\n${task.description ?? ''}`.toLowerCase().includes(search.trim().toLowerCase());
