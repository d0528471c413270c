/** Google's path templates, such as `/v1/{name=projects/* /secrets/*}:access` without the blank. */
export interface Template {
  /** Of a path as it was sent; each parameter decoded, by its name in the template. */
  match(path: string): Readonly<Record<string, string>> | undefined;
}

export function template(text: string): Template {
  const names: string[] = [];
  const pattern = text.replace(/\{([\w.]+)(?:=([^}]*))?\}|[^{]+/g, (part: string, name?: string, inner?: string) => {
    if (!name) return part.replace(/[.$()+?]/g, '\\$&');
    names.push(name);
    // A colon opens a custom verb, except in what is one whole segment by itself, such as the name of an object.
    if (inner === undefined) return '([^/]+)';
    const segments = inner.split('/').map((one) => (one === '**' ? '.+' : one.replaceAll('*', '[^/:]+')));
    return `(${segments.join('/')})`;
  });
  const whole = new RegExp(`^${pattern}$`);
  return {
    match(path) {
      const found = whole.exec(path);
      if (!found) return undefined;
      return Object.fromEntries(names.map((name, i) => [name, decodeURIComponent(found[i + 1]!)]));
    },
  };
}
