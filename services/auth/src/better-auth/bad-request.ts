/** 400 in the form of Better Auth's errors; the message says which rule was broken and repeats no value. */
export const badRequest = (message: string): Response =>
  Response.json({ code: 'BAD_REQUEST', message }, { status: 400, headers: { 'cache-control': 'no-store' } });
