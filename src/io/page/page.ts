/** A page of lines, areas, texts and pictures, in points of 1/72 inch from the top left; written as PDF or SVG. */
export interface Page {
  readonly title: string;
  readonly width: number;
  readonly height: number;
  /** In the order in which they are drawn. */
  readonly marks: readonly Mark[];
}

export type Place = readonly [x: number, y: number];

/** Colours are "#rrggbb". */
export type Mark = TextMark | LineMark | AreaMark | PictureMark;

export interface TextMark {
  readonly kind: "text";
  /** Where its baseline begins, or is centred, or ends. */
  readonly at: Place;
  readonly text: string;
  /** In points. */
  readonly size: number;
  readonly colour: string;
  readonly bold?: boolean;
  readonly align?: "start" | "middle" | "end";
  /** Read from below upwards. */
  readonly upwards?: boolean;
}

export interface LineMark {
  readonly kind: "line";
  readonly points: readonly Place[];
  readonly colour: string;
  readonly width: number;
  /** Lengths of dashes and gaps. */
  readonly dash?: readonly number[];
}

export interface AreaMark {
  readonly kind: "area";
  /** The corners of a filled polygon. */
  readonly points: readonly Place[];
  readonly colour: string;
}

export interface PictureMark {
  readonly kind: "picture";
  readonly at: Place;
  readonly width: number;
  readonly height: number;
  /** Red, green and blue bytes, row 0 on top. */
  readonly picture: {
    readonly width: number;
    readonly height: number;
    readonly rgb: Uint8Array<ArrayBuffer>;
  };
}

/** Returns the corners of a rectangle. */
export function rectangle(x: number, y: number, width: number, height: number): Place[] {
  return [
    [x, y],
    [x + width, y],
    [x + width, y + height],
    [x, y + height],
  ];
}
