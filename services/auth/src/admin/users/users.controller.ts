import { Body, Controller, Get, Header, HttpCode, Param, Patch, Post, Query, Req } from '@nestjs/common';
import { ProblemException } from '@keyturn/guard';
import { notFound } from '@keyturn/runtime';
import type { FastifyRequest } from 'fastify';
import { Issuer } from '../../issuer.js';
import { administratorOf } from '../administration.js';
import { audited } from '../audited.js';
import { Administrative, Described } from '../document/described.js';
import { ROLES_BODY, USER, USER_PAGE } from '../document/schemas.js';
import { askBetterAuth } from '../provider-problem.js';
import { checkRoles, checkUserQuery, cursorOf, roleNames } from './user-input.js';
import {
  type Changed,
  disableUser,
  enableUser,
  findUser,
  listUsers,
  setRoles,
  signOutEverywhere,
} from './user-store.js';
import { type UserSummary, userSummary } from './user-summary.js';

export interface UserPage {
  readonly users: readonly UserSummary[];
  /** null on the last page. */
  readonly nextCursor: string | null;
  /** The roles that there are. */
  readonly roles: readonly string[];
}

/** `GET /api/admin/users?search=&limit=&cursor=`, `GET | PATCH …/{id}`, `POST …/{id}/disable | enable | sign-out`. */
@Administrative('users')
@Controller('api/admin/users')
export class UsersController {
  constructor(private readonly issuer: Issuer) {}

  @Get()
  @Described({ summary: 'A page of users, the newest first', answer: USER_PAGE, query: ['search', 'limit', 'cursor'] })
  @Header('cache-control', 'no-store')
  async list(@Query() query: Record<string, unknown>, @Req() request: FastifyRequest): Promise<UserPage> {
    await administratorOf(this.issuer, request);
    const wanted = checkUserQuery(query);
    const rows = await askBetterAuth(() => listUsers(this.issuer.pool, wanted));
    const page = rows.slice(0, wanted.limit);
    const last = rows.length > wanted.limit ? page.at(-1) : undefined;
    return {
      users: page.map(userSummary),
      nextCursor: last ? cursorOf({ createdAt: last.position, id: last.id }) : null,
      roles: roleNames(this.issuer.configuration.KEYTURN_ROLE_PERMISSIONS),
    };
  }

  @Get(':id')
  @Described({ summary: 'A user', answer: USER, problems: [404] })
  @Header('cache-control', 'no-store')
  async get(@Param('id') id: string, @Req() request: FastifyRequest): Promise<UserSummary> {
    await administratorOf(this.issuer, request);
    const row = await askBetterAuth(() => findUser(this.issuer.pool, id));
    if (!row) throw unknownUser();
    return userSummary(row);
  }

  /** `{ roles: [name] }`; they count from the next token on. */
  @Patch(':id')
  @Described({ summary: 'Sets the roles', answer: USER, body: ROLES_BODY, problems: [404, 409] })
  async change(@Param('id') id: string, @Body() body: unknown, @Req() request: FastifyRequest): Promise<UserSummary> {
    return this.apply(request, id, 'roles-set', () => {
      const role = checkRoles(body, this.issuer.configuration.KEYTURN_ROLE_PERMISSIONS);
      return setRoles(this.issuer.pool, id, role);
    });
  }

  @Post(':id/disable')
  @Described({ summary: 'Ends all sessions and refuses every sign-in', answer: USER, problems: [404, 409] })
  @HttpCode(200)
  async disable(@Param('id') id: string, @Req() request: FastifyRequest): Promise<UserSummary> {
    return this.apply(request, id, 'user-disabled', () => disableUser(this.issuer.pool, id));
  }

  @Post(':id/enable')
  @Described({ summary: 'Lets a disabled user in again', answer: USER, problems: [404] })
  @HttpCode(200)
  async enable(@Param('id') id: string, @Req() request: FastifyRequest): Promise<UserSummary> {
    return this.apply(request, id, 'user-enabled', () => enableUser(this.issuer.pool, id));
  }

  @Post(':id/sign-out')
  @Described({ summary: 'Ends all sessions', answer: USER, problems: [404] })
  @HttpCode(200)
  async signOut(@Param('id') id: string, @Req() request: FastifyRequest): Promise<UserSummary> {
    return this.apply(request, id, 'user-signed-out', () => signOutEverywhere(this.issuer.pool, id));
  }

  private async apply(
    request: FastifyRequest,
    user: string,
    event: 'roles-set' | 'user-disabled' | 'user-enabled' | 'user-signed-out',
    work: () => Promise<Changed>,
  ): Promise<UserSummary> {
    const administrator = await administratorOf(this.issuer, request);
    const changed = await askBetterAuth(work);
    if (changed === 'unknown') throw unknownUser();
    if (changed === 'last-administrator') throw lastAdministrator();
    this.issuer.logger.info({ event, user, requestedBy: administrator.userId }, 'a user was changed');
    const summary = userSummary(changed);
    await audited(this.issuer, request, administrator, { event, subject: user, details: { roles: summary.roles } });
    return summary;
  }
}

const unknownUser = (): ProblemException => notFound('There is no such user.');

const lastAdministrator = (): ProblemException =>
  new ProblemException({
    status: 409,
    code: 'ERR_LAST_ADMINISTRATOR',
    detail: 'This is the last administrator: give the role to somebody else first.',
  });
