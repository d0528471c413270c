/** Tests that build upon each other: where one failed, those after it say so at once instead of waiting for what never comes. */
export function steps(): (what: string, body: () => Promise<void>) => void {
  let broken: string | undefined;
  return (what, body) => {
    test(what, async () => {
      if (broken !== undefined) throw new Error(`not tried, since this failed before: ${broken}`);
      broken = what;
      await body();
      broken = undefined;
    });
  };
}
