/** Returns `load` with what it gave kept by name; a load that failed is tried again. */
export function loadOnce<Loaded>(load: (name: string) => Promise<Loaded>): (name: string) => Promise<Loaded> {
  const kept = new Map<string, Promise<Loaded>>();
  return (name) => {
    const known = kept.get(name);
    if (known) return known;
    const loading = load(name);
    kept.set(name, loading);
    loading.catch(() => kept.delete(name));
    return loading;
  };
}
