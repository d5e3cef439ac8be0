/** Okabe & Ito: told apart by all kinds of colour vision (black left out); further ones lighter or darker. */
const COLORS = [
  "#56b4e9",
  "#e69f00",
  "#009e73",
  "#f0e442",
  "#0072b2",
  "#d55e00",
  "#cc79a7",
  "#a6d8f4",
  "#ffcf70",
  "#66c5ab",
  "#f8f3a0",
  "#669fd1",
  "#e69e66",
  "#e0aeca",
] as const;

/** Returns the colour of a class that names none, by its label (from 1); after 14 they come again. */
export const classColor = (label: number): string => COLORS[(label - 1) % COLORS.length];
