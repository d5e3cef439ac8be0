/** Returns the name of a result beside its input: "cell-sample-restored.mrc" beside "cell-sample.mrc" is "restored.mrc". */
export function withoutStem(name: string, parentName: string): string {
  const stem = `${parentName.replace(/\.[^.]*$/, "")}-`;
  return name.startsWith(stem) ? name.slice(stem.length) : name;
}
