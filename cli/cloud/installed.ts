/** Whether what a target's cloud is asked with is there: none of it comes with the command. */
export function isInstalled(name: string): boolean {
  try {
    require.resolve(name);
    return true;
  } catch {
    return false;
  }
}
