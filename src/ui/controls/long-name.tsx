/** So many letters at the end of a long name stay: the files of a session differ there, in number and binning. */
const KEPT_AT_END = 12;

interface LongNameProps {
  readonly name: string;
  /** What is shown of the name; all of it by default. */
  readonly shown?: string;
}

/** The name of a file; a long one is shortened in its middle where there is no room for all of it. */
export function LongName({ name, shown = name }: LongNameProps) {
  if (shown.length <= 2 * KEPT_AT_END)
    return (
      <span className="name" title={name}>
        {shown}
      </span>
    );
  return (
    <span className="long-name" title={name}>
      <span className="visually-hidden">{shown}</span>
      <span className="name" aria-hidden>
        {shown.slice(0, -KEPT_AT_END)}
      </span>
      <span className="name end" aria-hidden>
        {shown.slice(-KEPT_AT_END)}
      </span>
    </span>
  );
}
