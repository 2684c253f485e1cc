import { type CallHandler, type ExecutionContext, type NestInterceptor, UseInterceptors } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { type Observable, tap } from 'rxjs';

class LocationOfAnswer implements NestInterceptor {
  intercept(context: ExecutionContext, next: CallHandler<{ readonly id: string }>): Observable<unknown> {
    const http = context.switchToHttp();
    const [path] = http.getRequest<FastifyRequest>().url.split('?', 1);
    const locate = ({ id }: { readonly id: string }) => {
      void http.getResponse<FastifyReply>().header('location', `${path}/${id}`);
    };
    return next.handle().pipe(tap(locate));
  }
}

/** For the route that makes a record: its answer says where the record is, by the request's path and the answer's `id`. */
export const Located = (): MethodDecorator => UseInterceptors(LocationOfAnswer);
