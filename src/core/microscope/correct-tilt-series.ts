import type { Backend } from "../backend";
import type { Progress } from "../task/task";
import { createCtfCorrector, USUAL_WIENER } from "./correct-ctf";
import type { CtfSettings, TiltSeries } from "./imaging";

/**
 * Returns the series with the CTF of each image corrected as `ctf.correction` says, with the image's own defocus (Wiener with the
 * usual SNR); the series itself where it is "none". Costs two transforms per image.
 */
export async function correctTiltSeries(
  series: TiltSeries,
  ctf: CtfSettings,
  backend: Pick<Backend, "createFourier3">,
  breathe: () => Promise<void>,
  onProgress: (progress: Progress<never>) => void,
): Promise<TiltSeries> {
  const { correction } = ctf;
  if (correction === "none") return series;
  const { defociMicrometre, height, width } = series;
  const optics = { ...ctf, defociMicrometre };
  const corrector = await createCtfCorrector(
    series,
    optics,
    { method: correction, ...USUAL_WIENER },
    backend,
  );
  const images = new Float32Array(series.images.length);
  const pixels = height * width;
  const total = defociMicrometre.length;
  try {
    for (const [i, defocusMicrometre] of defociMicrometre.entries()) {
      const image = series.images.subarray(i * pixels, (i + 1) * pixels);
      images.set(await corrector.correct(image, { ...ctf, defocusMicrometre }), i * pixels);
      onProgress({ done: i + 1, total, note: `CTF of image ${i + 1} of ${total}` });
      await breathe();
    }
  } finally {
    corrector.dispose();
  }
  return { ...series, images };
}
