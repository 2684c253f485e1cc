import ts from 'typescript';

/** `it`, `test`, `clusterTest`, also with `.each` and in a choice between one and its `.skip`. */
const DECLARES = /\b(it|test|[a-z]+Test)\b/;

/** Interpolations are left out: what they add, such as a reason to skip, differs between machines. */
const literal = (node: ts.Node | undefined): string | undefined => {
  if (!node) return undefined;
  if (ts.isStringLiteralLike(node)) return node.text;
  if (ts.isTemplateExpression(node))
    return node.head.text + node.templateSpans.map((span) => span.literal.text).join('');
  return undefined;
};

/** The name without the arguments of `.each`, in which there may be anything. */
const declares = (callee: ts.Expression): boolean => {
  if (ts.isParenthesizedExpression(callee)) return declares(callee.expression);
  if (ts.isConditionalExpression(callee)) return declares(callee.whenTrue);
  if (ts.isCallExpression(callee) || ts.isPropertyAccessExpression(callee)) return declares(callee.expression);
  return ts.isIdentifier(callee) && DECLARES.test(callee.text);
};

/** Names of the tests that a source text declares; those of `.each` as they are written. */
export function testNames(path: string, text: string): string[] {
  const source = ts.createSourceFile(path, text, ts.ScriptTarget.ES2023, true);
  const found: string[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isCallExpression(node) && declares(node.expression)) {
      const name = literal(node.arguments[0]);
      if (name !== undefined && node.arguments.length > 1) found.push(name);
    }
    ts.forEachChild(node, visit);
  };
  visit(source);
  return found;
}
