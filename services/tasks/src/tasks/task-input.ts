import { IfGiven, IsText } from '@keyturn/runtime';
import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { IsBoolean, IsOptional } from 'class-validator';

const TITLE = { min: 1, max: 200 };
const DESCRIPTION = { max: 5_000 };

/** Body of `POST`. */
export class NewTask {
  @ApiProperty({ minLength: TITLE.min, maxLength: TITLE.max })
  @IsText(TITLE)
  title: string;

  @ApiPropertyOptional({ type: String, maxLength: DESCRIPTION.max, nullable: true })
  @IsOptional()
  @IsText(DESCRIPTION)
  description?: string | null;

  @ApiPropertyOptional({ default: false })
  @IfGiven()
  @IsBoolean()
  completed?: boolean;
}

/** Body of `PUT`: the fields that change. `description: null` removes it. */
export class TaskChange {
  @ApiPropertyOptional({ minLength: TITLE.min, maxLength: TITLE.max })
  @IfGiven()
  @IsText(TITLE)
  title?: string;

  @ApiPropertyOptional({ type: String, maxLength: DESCRIPTION.max, nullable: true })
  @IsOptional()
  @IsText(DESCRIPTION)
  description?: string | null;

  @ApiPropertyOptional()
  @IfGiven()
  @IsBoolean()
  completed?: boolean;
}
