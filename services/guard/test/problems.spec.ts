import 'reflect-metadata';
import { describe, expect, it } from '@jest/globals';
import {
  BadRequestException,
  HttpException,
  InternalServerErrorException,
  UnauthorizedException,
} from '@nestjs/common';
import { GuardError, validationProblem } from '../src/index.js';
import { challengeOf } from '../src/nest/challenge.js';
import { createCredentialReader } from '../src/nest/credential.js';
import { problemOfError } from '../src/nest/problem-of-error.js';
import { readRoutePolicy } from '../src/nest/route-policy.js';
import { PathUser, Permissions, Public, Roles } from '../src/index.js';

describe('problems', () => {
  const answer = (error: unknown) => problemOfError(error, 'keyturn');

  it('have one entry for each field that is wrong, nested ones by their path', () => {
    const { problem } = validationProblem([
      { property: 'title', constraints: { maxLength: 'title is too long', isString: 'title must be a text' } },
      { property: 'address', children: [{ property: 'city', constraints: { isString: 'city must be a text' } }] },
    ]);
    expect(problem).toMatchObject({
      status: 400,
      code: 'ERR_INPUT_INVALID',
      errors: [
        { field: 'title', rule: 'maxLength', message: 'title is too long' },
        { field: 'address.city', rule: 'isString', message: 'city must be a text' },
      ],
    });
  });

  it('say what a Nest exception says, below 500', () => {
    expect(answer(new BadRequestException('no such colour')).problem).toMatchObject({
      status: 400,
      detail: 'no such colour',
    });
    expect(answer(new BadRequestException(['a is wrong', 'b is wrong'])).problem.errors).toHaveLength(2);
    expect(answer(new HttpException('teapot', 418)).problem).toMatchObject({ status: 418, detail: 'teapot' });
    expect(answer(new UnauthorizedException()).headers).toEqual({ 'WWW-Authenticate': 'Bearer realm="keyturn"' });
  });

  it('say nothing of what went wrong inside', () => {
    for (const error of [new Error('password=x'), 'password=x', null, { statusCode: 500, message: 'password=x' }]) {
      expect(answer(error)).toEqual({
        problem: { type: 'about:blank', title: 'Internal Server Error', status: 500 },
        headers: {},
        unforeseen: true,
      });
    }
    expect(JSON.stringify(answer(new InternalServerErrorException('password=x')))).not.toContain('password');
  });

  it('take the status of errors of the framework below, where the client is at fault', () => {
    const error = Object.assign(new Error('Body is too large'), { statusCode: 413 });
    expect(answer(error)).toMatchObject({ problem: { status: 413, detail: 'Body is too large' }, unforeseen: false });
  });
});

describe('challenges', () => {
  it('cannot be broken out of by a realm', () => {
    const challenge = challengeOf(new GuardError('ERR_TOKEN_MISSING', ''), 'a"b\\c\r\nX: 1');
    expect(challenge).toBe('Bearer realm="a\\"b\\\\cX: 1"');
  });

  it('are not given with a 503', () => {
    expect(challengeOf(new GuardError('ERR_KEY_SOURCE_UNAVAILABLE', ''), 'keyturn')).toBeUndefined();
  });
});

describe('where a credential is read', () => {
  const read = createCredentialReader({ cookie: ['__Secure-token', 'token'] });
  const ofHeader = (authorization: string) => read({ headers: { authorization } })?.value;
  const ofCookie = (cookie: string) => read({ headers: { cookie } })?.value;

  it('takes bearer tokens in any case of the scheme, and no other scheme', () => {
    expect(ofHeader('Bearer abc')).toBe('abc');
    expect(ofHeader('bearer  abc ')).toBe('abc');
    for (const other of ['Basic abc', 'Bearerabc', 'Bearer', 'abc', '', 'NotBearer abc'])
      expect(ofHeader(other)).toBeUndefined();
  });

  it('takes the first cookie of a name, the names in their order, decoded', () => {
    expect(ofCookie('a=1; token=x%2By; token=z')).toBe('x+y');
    expect(ofCookie('token=plain; __Secure-token=secure')).toBe('secure');
    expect(ofCookie('token="quoted"')).toBe('quoted');
    expect(ofCookie('token=%E0%A4%A')).toBe('%E0%A4%A');
    for (const none of ['', 'token', 'token=', 'mytoken=x', '=x; tokens=x']) expect(ofCookie(none)).toBeUndefined();
  });

  it('does not read a cookie that nobody asked for', () => {
    expect(createCredentialReader({})({ headers: { cookie: 'token=x' } })).toBeUndefined();
  });
});

describe('what a route asks for', () => {
  it('is what its handler says, else what its class says', () => {
    @Roles('user')
    @PathUser()
    class Controller {
      plain(): void {}

      @Roles('admin')
      stricter(): void {}
    }
    expect(readRoutePolicy(Controller, Controller.prototype.plain)).toMatchObject({
      roles: ['user'],
      pathUser: 'userId',
    });
    expect(readRoutePolicy(Controller, Controller.prototype.stricter)).toMatchObject({
      roles: ['admin'],
      pathUser: 'userId',
    });
  });

  it('cannot be nothing and something at once', () => {
    class Controller {
      @Public()
      @Permissions('x')
      both(): void {}
    }
    expect(() => readRoutePolicy(Controller, Controller.prototype.both)).toThrow(TypeError);
  });

  it('must be named', () => {
    expect(() => Roles()).toThrow(TypeError);
    expect(() => Permissions('')).toThrow(TypeError);
  });
});
