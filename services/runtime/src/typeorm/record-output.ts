import { ApiProperty } from '@nestjs/swagger';
import type { OwnedRecord } from './owned-record.js';

/** What clients see of every record. Whose it is stands in the path. */
export class RecordOutput {
  @ApiProperty({ format: 'uuid' })
  id: string;

  @ApiProperty({ format: 'date-time' })
  createdAt: string;

  @ApiProperty({ format: 'date-time' })
  updatedAt: string;
}

export const recordOutput = ({ id, createdAt, updatedAt }: OwnedRecord): RecordOutput => ({
  id,
  createdAt: createdAt.toISOString(),
  updatedAt: updatedAt.toISOString(),
});
