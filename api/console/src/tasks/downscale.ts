/* Makes a photograph no larger than it is kept, before it waits on the phone and travels: upright, and
   without what the camera wrote into it. */

/** The command centre keeps no longer side. */
const LONGEST_PX = 2048;
const QUALITY = 0.85;
/** More is no photograph of a phone, and would not fit into its memory. */
const MAX_FILE_BYTES = 60 * 1024 * 1024;

/** Why a file cannot be handed in; words are in the vocabulary. */
export class NotUsable extends Error {
  constructor(readonly why: "broken" | "heic" | "svg" | "too_many_pixels") {
    super(why);
    this.name = "NotUsable";
  }
}

export function sizeWithin(width: number, height: number, longest = LONGEST_PX): [number, number] {
  const scale = Math.min(1, longest / Math.max(width, height));
  return [Math.max(1, Math.round(width * scale)), Math.max(1, Math.round(height * scale))];
}

const isHeic = (file: File) => /hei[cf]/i.test(file.type) || /\.hei[cf]$/i.test(file.name);

export async function downscale(file: File): Promise<ArrayBuffer> {
  if (file.type === "image/svg+xml") throw new NotUsable("svg");
  if (file.size > MAX_FILE_BYTES) throw new NotUsable("too_many_pixels");
  // Turned upright as the camera wrote it was held.
  const picture = await createImageBitmap(file).catch(() => {
    throw new NotUsable(isHeic(file) ? "heic" : "broken");
  });
  try {
    const canvas = document.createElement("canvas");
    [canvas.width, canvas.height] = sizeWithin(picture.width, picture.height);
    const context = canvas.getContext("2d");
    context?.drawImage(picture, 0, 0, canvas.width, canvas.height);
    const jpeg = await new Promise<Blob | null>((done) => {
      canvas.toBlob(done, "image/jpeg", QUALITY);
    });
    if (!context || !jpeg) throw new NotUsable("too_many_pixels");
    return await jpeg.arrayBuffer();
  } finally {
    picture.close();
  }
}
