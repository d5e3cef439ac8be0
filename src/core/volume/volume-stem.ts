/** Returns the name of a volume's file without the endings of volumes: "cell.mrc.gz" is "cell". */
export function volumeStem(fileName: string): string {
  return fileName.replace(/(\.(mrc|mrcs|map|rec|st|ali|em))?(\.(gz|bz2))?$/i, "");
}
