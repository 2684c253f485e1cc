import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Indexes follow the orders of the list: a page is a walk along one of them. */
export class CreateTasks1763700000000 implements MigrationInterface {
  readonly name = 'CreateTasks1763700000000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE tasks (
        id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
        user_id text NOT NULL,
        title text NOT NULL,
        description text,
        completed boolean NOT NULL DEFAULT false,
        created_at timestamptz(3) NOT NULL DEFAULT now(),
        updated_at timestamptz(3) NOT NULL DEFAULT now()
      )`);
    await runner.query('CREATE INDEX tasks_by_creation ON tasks (user_id, created_at, id)');
    await runner.query('CREATE INDEX tasks_by_update ON tasks (user_id, updated_at, id)');
    await runner.query('CREATE INDEX tasks_by_title ON tasks (user_id, title, id)');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE tasks');
  }
}
